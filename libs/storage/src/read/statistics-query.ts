/** Figures of the venue that are about a day: settlements, open interest. */
import { DAY_NS, derivedColumn, ORDINAL, SCHEMAS } from '@tapeline/records';
import type { ColumnarBatch, SchemaDescription } from '@tapeline/records';
import type { InstrumentDays } from '../lookups/instrument-days.js';
import { pairSlots } from '../lookups/instrument-days.js';
import type { Storage } from '../storage.js';
import { openAnswer } from './open-answer.js';
import type { RangeQuery, TimeseriesOutcome } from './open-answer.js';
import { dailyStatisticsStatement } from './statistics-statement.js';
import { requestedNames, venueNames } from './symbol-names.js';

/** A figure that the venue tells once a day, with corrections. */
export interface DailyFigure {
  /** Number of its kind in `stat_type`. */
  readonly statType: number;
  readonly schema: SchemaDescription;
}

const { statistics } = SCHEMAS;

const named = (name: string) => statistics.columns.find((column) => column.name === name)!;

const schemaOf = (
  value: 'price' | 'quantity',
  meaning: string,
  flags: readonly (readonly [name: string, meaning: string])[],
): SchemaDescription => ({
  ...statistics,
  meaning,
  columns: [
    derivedColumn('date', 'date', 'the day that it is about'),
    named('instrument_id'),
    named('publisher_id'),
    named(value),
    ...flags.map(([name, meant]) => derivedColumn(name, 'bool', meant)),
    ...['stat_flags', 'ts_ref', 'ts_event', 'ts_recv', ORDINAL].map(named),
  ],
});

export const SETTLEMENTS: DailyFigure = {
  statType: 3,
  schema: schemaOf('price', 'settlement prices by day', [
    ['is_final', 'final, not preliminary, by stat_flags'],
    ['is_actual', 'actual, not theoretical, by stat_flags'],
  ]),
};
export const OPEN_INTEREST: DailyFigure = {
  statType: 9,
  schema: schemaOf('quantity', 'open interest by day', []),
};

export interface DailyStatisticsQuery extends Omit<RangeQuery, 'schema'> {
  /** Only days whose latest figure is flagged as final. */
  readonly final: boolean;
}

/**
 * Begins an answer of a figure by day, instrument and publisher: the latest that was told of each day, none if that one
 * withdrew it. Symbols are those of the day that the figure is about.
 * @param query `start` and `end` are midnights of such days.
 * @param lookups connections that no reader holds, for symbols of records as they come.
 * @param signal stops the statement on the server.
 */
export function openDailyStatistics(
  storage: Pick<Storage, 'pool'>,
  lookups: Pick<Storage, 'pool'>,
  { statType, schema }: DailyFigure,
  query: DailyStatisticsQuery,
  signal: AbortSignal,
): Promise<TimeseriesOutcome> {
  const range: RangeQuery = { ...query, schema: 'statistics' };
  return openAnswer(storage, range, signal, (_, datasetId, intervals) => {
    const [from, to] = [Number(query.start / DAY_NS), Number(query.end / DAY_NS)];
    const { final } = query;
    const text = dailyStatisticsStatement({
      schema,
      datasetId,
      statType,
      from,
      to,
      intervals,
      final,
    });
    const symbolNames = intervals
      ? requestedNames(intervals, daysOfFigures)
      : venueNames(lookups, query.dataset, { daysOf: daysOfFigures });
    return Promise.resolve({ text, schema, symbolNames });
  });
}

function daysOfFigures(batch: ColumnarBatch): InstrumentDays {
  const days = batch.column('date') as Int32Array;
  return pairSlots(batch.column('instrument_id') as Uint32Array, (row) => days[row]!);
}
