import type { z } from 'zod';
import { DatabentoError } from './databento-error.js';
import { parseWarnings } from './parse-warnings.js';
import { joinSymbols, rangeForm } from './requests.js';
import type {
  ClientOptions,
  Compression,
  RangeRequest,
  RangeResponse,
  ResolveRequest,
} from './requests.js';
import * as responses from './responses.js';
import type {
  DatasetCondition,
  DatasetRange,
  Field,
  Publisher,
  Resolution,
  UnitPrices,
} from './responses.js';
import { DEFAULT_RETRY, withRetry } from './retry.js';
import type { RetryOptions } from './retry.js';
import { readText, Transport } from './transport.js';
import type { Answer } from './transport.js';

/** Parameters of a GET; absent ones are left out. */
type Query = Readonly<Record<string, string | undefined>>;

/**
 * Databento's historical HTTP API. Every method throws {@link DatabentoError} when the call fails for good
 * (outages and rate limits are waited out first), and the signal's reason when the caller aborts.
 */
export class HistoricalClient {
  readonly #transport: Transport;
  readonly #retry: RetryOptions;

  /** @throws RangeError if the key is empty or the base URL holds credentials. */
  constructor(options: ClientOptions) {
    this.#transport = new Transport(options);
    this.#retry = { ...DEFAULT_RETRY, ...options.retry };
  }

  /** Datasets, optionally only those with data between two UTC dates. */
  listDatasets(
    options: { startDate?: string; endDate?: string } = {},
    signal?: AbortSignal,
  ): Promise<string[]> {
    const query = { start_date: options.startDate, end_date: options.endDate };
    return this.#get('metadata.list_datasets', query, responses.names, signal);
  }

  /** Schemas of a dataset. */
  listSchemas(dataset: string, signal?: AbortSignal): Promise<string[]> {
    return this.#get('metadata.list_schemas', { dataset }, responses.names, signal);
  }

  /** What the publisher ids in records mean. */
  listPublishers(signal?: AbortSignal): Promise<Publisher[]> {
    return this.#get('metadata.list_publishers', {}, responses.publishers, signal);
  }

  /** Fields of the DBN records of a schema. */
  listFields(schema: string, signal?: AbortSignal): Promise<Field[]> {
    const query = { schema, encoding: 'dbn' };
    return this.#get('metadata.list_fields', query, responses.fields, signal);
  }

  /** Prices of a dataset, one entry for each mode of delivery. */
  listUnitPrices(dataset: string, signal?: AbortSignal): Promise<UnitPrices[]> {
    return this.#get('metadata.list_unit_prices', { dataset }, responses.unitPrices, signal);
  }

  /** What the account may ask for. */
  getDatasetRange(dataset: string, signal?: AbortSignal): Promise<DatasetRange> {
    return this.#get('metadata.get_dataset_range', { dataset }, responses.datasetRange, signal);
  }

  /** Quality by UTC date; unlike everywhere else `endDate` is **inclusive**. */
  getDatasetCondition(
    request: { dataset: string; startDate?: string; endDate?: string },
    signal?: AbortSignal,
  ): Promise<DatasetCondition[]> {
    const { dataset, startDate, endDate } = request;
    const query = { dataset, start_date: startDate, end_date: endDate };
    return this.#get('metadata.get_dataset_condition', query, responses.conditions, signal);
  }

  /** Number of records that {@link getRange} would send. */
  async getRecordCount(request: RangeRequest, signal?: AbortSignal): Promise<number> {
    const form = rangeForm(request);
    return this.#post('metadata.get_record_count', form, responses.wholeNumber, signal);
  }

  /** Bytes of uncompressed records that {@link getRange} would be billed for. */
  async getBillableSize(request: RangeRequest, signal?: AbortSignal): Promise<number> {
    const form = rangeForm(request);
    return this.#post('metadata.get_billable_size', form, responses.wholeNumber, signal);
  }

  /** US dollars that {@link getRange} would cost. */
  async getCost(request: RangeRequest, signal?: AbortSignal): Promise<number> {
    return this.#post('metadata.get_cost', rangeForm(request), responses.dollars, signal);
  }

  /** What symbols stand for in another symbol type, day by day. Free of charge. */
  async resolve(request: ResolveRequest, signal?: AbortSignal): Promise<Resolution> {
    const form = new URLSearchParams({
      dataset: request.dataset,
      symbols: joinSymbols(request.symbols),
      stype_in: request.stypeIn,
      stype_out: request.stypeOut,
      start_date: request.startDate,
    });
    if (request.endDate !== undefined) form.set('end_date', request.endDate);
    return this.#post('symbology.resolve', form, responses.resolution, signal);
  }

  /**
   * Begins a stream of DBN. **Billed by what is sent**, so failures are retried only before the first
   * byte of the body; to resume a broken stream ask for the rest.
   */
  async getRange(
    request: RangeRequest & { readonly compression?: Compression },
    signal?: AbortSignal,
  ): Promise<RangeResponse> {
    const method = 'timeseries.get_range';
    const form = rangeForm(request);
    form.set('stype_out', request.stypeIn === 'instrument_id' ? 'raw_symbol' : 'instrument_id');
    form.set('encoding', 'dbn');
    form.set('compression', request.compression ?? 'zstd');
    return withRetry(this.#retry, signal, async () => {
      const answer = await this.#transport.send({ method, form, accept: '*/*', signal });
      return {
        body: await begun(answer, method),
        requestId: answer.headers.get('request-id'),
        warnings: parseWarnings(answer.headers.get('x-warning')),
        partial: answer.status === 206,
      };
    });
  }

  #get<Schema extends z.ZodType>(
    method: string,
    parameters: Query,
    schema: Schema,
    signal: AbortSignal | undefined,
  ): Promise<z.output<Schema>> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(parameters)) {
      if (value !== undefined) query.set(name, value);
    }
    return this.#json({ method, query, signal }, schema);
  }

  #post<Schema extends z.ZodType>(
    method: string,
    form: URLSearchParams,
    schema: Schema,
    signal: AbortSignal | undefined,
  ): Promise<z.output<Schema>> {
    return this.#json({ method, form, signal }, schema);
  }

  #json<Schema extends z.ZodType>(
    call: {
      method: string;
      query?: URLSearchParams;
      form?: URLSearchParams;
      signal: AbortSignal | undefined;
    },
    schema: Schema,
  ): Promise<z.output<Schema>> {
    return withRetry(this.#retry, call.signal, async () => {
      const answer = await this.#transport.send({ ...call, accept: 'application/json' });
      return parseAnswer(call.method, answer, await readText(answer.body), schema);
    });
  }
}

function parseAnswer<Schema extends z.ZodType>(
  method: string,
  answer: Answer,
  text: string,
  schema: Schema,
): z.output<Schema> {
  let reason: string;
  try {
    const result = schema.safeParse(JSON.parse(text));
    if (result.success) return result.data;
    reason = result.error.issues
      .slice(0, 3)
      .map(({ path, message }) => `${path.join('.') || 'the answer'}: ${message}`)
      .join('; ');
  } catch {
    reason = `it is not JSON: ${text.slice(0, 100)}`;
  }
  throw new DatabentoError(
    `${method} was answered with something else than documented (${reason}); the API may have changed`,
    {
      status: answer.status,
      requestId: answer.headers.get('request-id'),
      retryable: false,
    },
  );
}

/** The body, once its first piece is here. A DBN body is never empty: it begins with metadata. */
async function begun(answer: Answer, method: string): Promise<AsyncIterable<Uint8Array>> {
  const first = await answer.body.next();
  if (!first.done) return prepend(first.value, answer.body);
  throw new DatabentoError(`${method} was answered without a body`, {
    status: answer.status,
    requestId: answer.headers.get('request-id'),
    retryable: true,
  });
}

async function* prepend(
  first: Uint8Array,
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}
