import type { QuarantineFilter } from '@tapeline/contracts';
import { symbolAsOf } from '../lookups/symbol-as-of.js';

export const QUARANTINE_STATES = [
  'open',
  'replayed',
  'filtered',
  'discarded',
  'superseded',
] as const;
export type QuarantineState = (typeof QUARANTINE_STATES)[number];

/** Which refused records are looked at; what is left out is not limited. */
export interface QuarantineQuery extends QuarantineFilter {
  readonly state?: QuarantineState | undefined;
  readonly severity?: string | undefined;
}

/** SQL conditions on the table `quarantine q` and their values. */
export interface Conditions {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** The UTC day of a refused record `q`; null if it has no time. */
export const RECORD_DAY = `(DATE '1970-01-01' + floor(q.ts_ns / 86400000000000)::int)`;

/** The venue's symbol of a refused record `q` as of its day; null if none is known. */
export const RECORD_SYMBOL = symbolAsOf('q.dataset', 'q.instrument_id', RECORD_DAY);

/** What a filter says, as conditions. @param first number of the first parameter. */
export function quarantineConditions(filter: QuarantineQuery, first = 1): Conditions {
  const values: unknown[] = [];
  const conditions: string[] = [];
  const add = (condition: (parameter: string) => string, value: unknown): void => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(condition(`$${first + values.length - 1}`));
  };
  add((p) => `q.dataset = ${p}`, filter.dataset);
  add((p) => `q.schema = ${p}`, filter.schema);
  add((p) => `q.rule = ${p}`, filter.rule);
  add((p) => `q.job_id = ${p}`, filter.job_id);
  add((p) => `q.chunk_id = ${p}`, filter.chunk_id);
  add((p) => `q.instrument_id = ${p}::bigint`, filter.instrument_id);
  add(
    (p) => `EXISTS (SELECT FROM symbology y
              WHERE y.dataset = q.dataset AND y.stype_in = 'raw_symbol' AND y.symbol = ${p}
                AND y.instrument_id = q.instrument_id AND y.d0 <= ${RECORD_DAY} AND y.d1 > ${RECORD_DAY})`,
    filter.symbol,
  );
  add((p) => `q.id = ANY(${p}::bigint[])`, filter.ids);
  add((p) => `q.quarantined_at >= ${p}::timestamptz`, filter.since);
  add((p) => `q.quarantined_at < ${p}::timestamptz`, filter.until);
  add((p) => `q.state = ${p}`, filter.state);
  add((p) => `q.severity = ${p}`, filter.severity);
  return { text: conditions.length > 0 ? conditions.join(' AND ') : 'true', values };
}
