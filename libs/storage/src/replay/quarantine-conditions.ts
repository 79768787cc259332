import type { QuarantineFilter } from '@tapeline/contracts';

/** SQL conditions on the table `quarantine q` and their values. */
export interface Conditions {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** What a filter says, as conditions. @param first number of the first parameter. */
export function quarantineConditions(filter: QuarantineFilter, first = 1): Conditions {
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
  add((p) => `q.id = ANY(${p}::bigint[])`, filter.ids);
  add((p) => `q.quarantined_at >= ${p}::timestamptz`, filter.since);
  add((p) => `q.quarantined_at < ${p}::timestamptz`, filter.until);
  return { text: conditions.length > 0 ? conditions.join(' AND ') : 'true', values };
}
