/** What callers ask for, and its form on the wire. */
import type { StypeName } from '@tapeline/dbn';

/** A time: ns since epoch, or text in a form that Databento accepts (`2024-07-01`, `2024-07-01T13:30`). */
export type Time = bigint | string;

/** Records of symbols in a time range. */
export interface RangeRequest {
  readonly dataset: string;
  readonly schema: string;
  /** At most 2,000 in `stypeIn`; `['ALL_SYMBOLS']` or leaving it out means all of the dataset. */
  readonly symbols?: readonly string[];
  /** By default `raw_symbol`. */
  readonly stypeIn?: StypeName;
  /** Inclusive; compared with ts_recv where the schema has it, else with ts_event. */
  readonly start: Time;
  /** Exclusive; left out, one unit of the start's resolution later. */
  readonly end?: Time;
  /**
   * Most records to send, of all symbols together and in the order of time; left out, all of them. What
   * is not sent is not billed.
   */
  readonly limit?: number;
}

export interface ResolveRequest {
  readonly dataset: string;
  readonly symbols: readonly string[];
  readonly stypeIn: StypeName;
  readonly stypeOut: StypeName;
  /** UTC date, inclusive. */
  readonly startDate: string;
  /** UTC date, exclusive; left out, the next day. */
  readonly endDate?: string;
}

export type Compression = 'zstd' | 'none';

export type Encoding = 'dbn' | 'csv' | 'json';

/** A DBN stream that has begun. */
export interface RangeResponse {
  /**
   * The bytes as received: compressed DBN, usually several zstd frames. Read only as fast as it is
   * consumed; leaving the loop closes the connection. @throws DatabentoError if it breaks off.
   */
  readonly body: AsyncIterable<Uint8Array>;
  /** The server's name for this request, to quote when asking for support. */
  readonly requestId: string | null;
  /** What the server warns about, such as days of degraded quality. */
  readonly warnings: readonly string[];
  /** Whether some symbols resolved on some days only, or on none (status 206). */
  readonly partial: boolean;
}

/** Most symbols of one request. */
export const MAX_SYMBOLS = 2_000;

/** @throws RangeError if the symbols do not fit into one request. */
export function joinSymbols(symbols: readonly string[]): string {
  if (symbols.length === 0) throw new RangeError('name at least one symbol, or ALL_SYMBOLS');
  if (symbols.length > MAX_SYMBOLS) {
    throw new RangeError(
      `a request takes ${MAX_SYMBOLS} symbols, not ${symbols.length}: split it into several`,
    );
  }
  const unfit = symbols.find((symbol) => symbol === '' || symbol.includes(','));
  if (unfit !== undefined)
    throw new RangeError(`'${unfit}' is no symbol: give one in each element`);
  return symbols.join(',');
}

/** The type that symbols of another type are resolved to by default. */
export const stypeOutFor = (stypeIn: StypeName | undefined): StypeName =>
  stypeIn === 'instrument_id' ? 'raw_symbol' : 'instrument_id';

/**
 * The form fields shared by timeseries.get_range and the metadata calls about a range.
 * @throws RangeError if the symbols do not fit, or the limit is no positive integer.
 */
export function rangeForm(request: RangeRequest): URLSearchParams {
  const form = new URLSearchParams({
    dataset: request.dataset,
    schema: request.schema,
    symbols: joinSymbols(request.symbols ?? ['ALL_SYMBOLS']),
    stype_in: request.stypeIn ?? 'raw_symbol',
    start: String(request.start),
  });
  if (request.end !== undefined) form.set('end', String(request.end));
  if (request.limit !== undefined) {
    if (!(Number.isSafeInteger(request.limit) && request.limit > 0)) {
      throw new RangeError(
        `a limit of ${request.limit} records is none: give a positive integer, or leave it out for all records`,
      );
    }
    form.set('limit', String(request.limit));
  }
  return form;
}
