import {
  copyOutList,
  derivedColumn,
  nanosecondsName,
  ORDINAL,
  quoteIdentifier,
  SCHEMAS,
  tableColumns,
} from '@tapeline/records';
import type { SchemaDescription, SchemaName } from '@tapeline/records';
import type { Storage } from '../storage.js';
import { openAnswer } from './open-answer.js';
import type { RangeQuery, TimeseriesOutcome } from './open-answer.js';
import { requestedNames, venueNames } from './symbol-names.js';
import { recordsSelect, wholeNumber } from './timeseries-statement.js';

/** Schemas of quotes: those with a best bid and offer. */
export const QUOTE_SCHEMAS = [
  'mbp-1',
  'tbbo',
  'bbo-1s',
  'bbo-1m',
  'mbp-10',
] as const satisfies readonly SchemaName[];
export type QuoteSchema = (typeof QUOTE_SCHEMAS)[number];

/** Of a quote in an answer, by its column of the table. */
const QUOTED = {
  bid_px: 'bid_px_00',
  ask_px: 'ask_px_00',
  bid_sz: 'bid_sz_00',
  ask_sz: 'ask_sz_00',
} as const;

const TRADES = SCHEMAS.trades;

/** Trades, each with the quote as of it: null where there is none. */
export const TRADES_WITH_QUOTES: SchemaDescription = {
  ...TRADES,
  meaning: 'trades with the quotes as of them',
  columns: [
    ...TRADES.columns.filter(({ name }) => name !== ORDINAL),
    derivedColumn('quote_ts', 'timestamp', "the quote's index timestamp"),
    derivedColumn('bid_px', 'price', 'best bid'),
    derivedColumn('ask_px', 'price', 'best offer'),
    derivedColumn('bid_sz', 'int', 'size at the best bid'),
    derivedColumn('ask_sz', 'int', 'size at the best offer'),
    ...TRADES.columns.filter(({ name }) => name === ORDINAL),
  ],
};

export interface AsofQuery extends RangeQuery {
  readonly schema: 'trades';
  readonly quotes: QuoteSchema;
  /** Nanoseconds: an older quote is none. */
  readonly tolerance: bigint;
  readonly limit: number | undefined;
}

/**
 * Begins an answer of trades, each with the last quote of its instrument at its time or before; of several quotes of one
 * nanosecond the last in the source.
 * @param lookups connections that no reader holds.
 * @param signal stops the statement on the server.
 */
export function openAsof(
  storage: Pick<Storage, 'pool'>,
  lookups: Pick<Storage, 'pool'>,
  query: AsofQuery,
  signal: AbortSignal,
): Promise<TimeseriesOutcome> {
  return openAnswer(storage, query, signal, (_, datasetId, intervals) => {
    const trades = recordsSelect({ ...query, schema: TRADES, datasetId, intervals });
    const { table, indexColumn } = SCHEMAS[query.quotes];
    const [time, rest] = [indexColumn, nanosecondsName(indexColumn)].map(quoteIdentifier);
    const own = quoteIdentifier(TRADES.indexColumn);
    const ownRest = quoteIdentifier(nanosecondsName(TRADES.indexColumn));
    const [micros, nanos] = [query.tolerance / 1000n, query.tolerance % 1000n];
    const oldest = `x.${own} - interval '${micros + (nanos > 0n ? 1n : 0n)} microseconds' - interval '1 microsecond'`;
    const age = `(extract(epoch FROM x.${own} - q.${time}) * 1000000)::bigint * 1000 + x.${ownRest} - q.${rest}`;
    const quoted = Object.entries(QUOTED)
      .map(([name, column]) => `q.${quoteIdentifier(column)}::bigint AS ${name}`)
      .join(', ');
    const trade = tableColumns(TRADES)
      .filter(({ source }) => source.kind !== 'dataset')
      .map(({ name }) => `x.${quoteIdentifier(name)}`)
      .join(', ');
    const key = [own, ownRest, quoteIdentifier(ORDINAL), 'instrument_id'];
    const text = `COPY (SELECT ${copyOutList(TRADES_WITH_QUOTES)} FROM (
      SELECT ${trade}, q.${time} AS quote_ts, q.${rest} AS quote_ts_ns, ${quoted}
        FROM (${trades}) x LEFT JOIN LATERAL (
          SELECT * FROM ${quoteIdentifier(table)} q
           WHERE q.dataset_id = ${wholeNumber(datasetId)} AND q.instrument_id = x.instrument_id
             AND q.${time} >= ${oldest} AND q.${time} <= x.${own}
             AND (q.${time}, q.${rest}) <= (x.${own}, x.${ownRest}) AND ${age} <= ${query.tolerance}
           ORDER BY q.${time} DESC, q.${rest} DESC, q.${quoteIdentifier(ORDINAL)} DESC LIMIT 1) q ON true) AS t
     ORDER BY ${key.map((name) => `t.${name}`).join(', ')}) TO STDOUT (FORMAT binary)`;
    const symbolNames = intervals ? requestedNames(intervals) : venueNames(lookups, query.dataset);
    return Promise.resolve({ text, schema: TRADES_WITH_QUOTES, symbolNames });
  });
}
