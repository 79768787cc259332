import { copyOutList } from '@tapeline/records';
import type { SchemaDescription } from '@tapeline/records';
import { dayNumber } from '../coverage/day-number.js';
import type { SymbolInterval } from './disjoint-intervals.js';
import { wholeNumber } from './timeseries-statement.js';

export interface DailyStatistics {
  readonly schema: SchemaDescription;
  readonly datasetId: number;
  readonly statType: number;
  /** UTC days since 1970 that figures are about, `[from, to)`. */
  readonly from: number;
  readonly to: number;
  /** Disjoint intervals of instruments; undefined for every instrument. */
  readonly intervals: readonly SymbolInterval[] | undefined;
  readonly final: boolean;
}

/** A trading day begins on the evening before, over weekends and holidays some days before its date. */
const DAYS_BEFORE = 7;

/** Bits of the stat_flags of a settlement, and what update_action says of a figure that is withdrawn. */
const FINAL = 1;
const ACTUAL = 2;
const DELETED = 2;

/**
 * The statement of a figure by day: the latest one of each day, instrument and publisher, unless it withdraws the
 * figure. A figure without a day of reference is about the UTC day on which it was captured. `COPY` takes no parameters:
 * the text is made of names of the schema's description and whole numbers only.
 */
export function dailyStatisticsStatement(given: DailyStatistics): string {
  const { intervals } = given;
  const [from, to] = [wholeNumber(given.from), wholeNumber(given.to)];
  const list = (numbers: readonly number[]): string =>
    `ARRAY[${numbers.map(wholeNumber).join(',')}]::bigint[]`;
  const ids = list([...new Set(intervals?.map(({ instrumentId }) => instrumentId))]);
  const meant = intervals
    ? ` JOIN unnest(${list(intervals.map(({ instrumentId }) => instrumentId))},
          ${list(intervals.map(({ d0 }) => dayNumber(d0)))}, ${list(intervals.map(({ d1 }) => dayNumber(d1)))})
          AS m (id, since, until) ON f.instrument_id = m.id AND f.date >= m.since AND f.date < m.until`
    : '';
  const figures = `SELECT s.*, (coalesce(s.ts_ref, s.ts_recv) AT TIME ZONE 'UTC')::date - DATE '1970-01-01' AS date
    FROM statistics s
   WHERE s.dataset_id = ${wholeNumber(given.datasetId)} AND s.stat_type = ${wholeNumber(given.statType)}
     AND s.ts_recv >= (DATE '1970-01-01' + ${wholeNumber(Math.max(0, given.from - DAYS_BEFORE))})::timestamp AT TIME ZONE 'UTC'
     ${intervals ? `AND s.instrument_id = ANY(${ids})` : ''}`;
  const latest = `SELECT DISTINCT ON (f.date, f.instrument_id, f.publisher_id) f.*,
         ((f.stat_flags & ${FINAL}) <> 0)::int::smallint AS is_final,
         ((f.stat_flags & ${ACTUAL}) <> 0)::int::smallint AS is_actual
    FROM (${figures}) f${meant}
   WHERE f.date >= ${from} AND f.date < ${to}
   ORDER BY f.date, f.instrument_id, f.publisher_id, f.ts_recv DESC, f.ts_recv_ns DESC, f.ordinal DESC`;
  return `COPY (SELECT ${copyOutList(given.schema)} FROM (${latest}) t
   WHERE t.update_action <> ${DELETED}${given.final ? ' AND t.is_final = 1' : ''}
   ORDER BY t.date, t.instrument_id, t.publisher_id) TO STDOUT (FORMAT binary)`;
}
