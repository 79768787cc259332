import { nanosecondsName, quoteIdentifier } from '@tapeline/records';
import { microsecond } from '../microsecond.js';

/** Which definitions are looked for; what is left out is not limited. */
export interface InstrumentFilter {
  readonly dataset?: string | undefined;
  readonly instrumentId?: number | undefined;
  /** Raw symbols, whole. */
  readonly symbols?: readonly string[] | undefined;
  /** A part of the raw symbol, the asset, the underlying, the group or the exchange, in letters of any case. */
  readonly search?: string | undefined;
  readonly assets?: readonly string[] | undefined;
  /** Letters. */
  readonly classes?: readonly string[] | undefined;
  /** Nanoseconds, `[start, end)`. */
  readonly expiryStart?: bigint | undefined;
  readonly expiryEnd?: bigint | undefined;
  /** Only those that are activated, and not expired, on the day that is asked about. */
  readonly active?: boolean | undefined;
}

const SEARCHED = ['raw_symbol', 'asset', 'underlying', 'group', 'exchange'];

/** The start and the end of the UTC day of a date in SQL. */
export const dayBounds = (date: string): readonly [start: string, end: string] => [
  `(${date}::date::timestamp AT TIME ZONE 'UTC')`,
  `((${date}::date + 1)::timestamp AT TIME ZONE 'UTC')`,
];

/**
 * What a filter says of a definition, as SQL of the aliases that the definition and its dataset have.
 * @param add takes a value, and returns the parameter that stands for it.
 * @param day SQL of the date that is asked about.
 */
export function instrumentConditions(
  filter: InstrumentFilter,
  add: (value: unknown) => string,
  day: string,
): (definition: string, dataset: string) => string {
  const made: ((t: string, d: string) => string)[] = [];
  const limit = (
    value: unknown,
    condition: (p: string) => (t: string, d: string) => string,
  ): void => {
    if (value !== undefined) made.push(condition(add(value)));
  };
  limit(filter.dataset, (p) => (_, d) => `${d}.code = ${p}`);
  limit(filter.instrumentId, (p) => (t) => `${t}.instrument_id = ${p}::bigint`);
  limit(filter.symbols, (p) => (t) => `${t}.raw_symbol = ANY(${p}::text[])`);
  limit(filter.assets, (p) => (t) => `${t}.asset = ANY(${p}::text[])`);
  limit(filter.classes, (p) => (t) => `${t}.instrument_class::text = ANY(${p}::text[])`);
  limit(filter.search, (p) => (t) => {
    const within = SEARCHED.map(
      (name) => `strpos(upper(${t}.${quoteIdentifier(name)}), upper(${p}::text)) > 0`,
    );
    return `(${within.join(' OR ')})`;
  });
  const expiry = (time: bigint | undefined, operator: '>=' | '<'): void => {
    if (time === undefined) return;
    const [whole, rest] = [add(microsecond(time)), add(Number(time % 1000n))];
    made.push(
      (t) =>
        `(${t}.expiration, ${t}.${nanosecondsName('expiration')}) ${operator} (${whole}::timestamptz, ${rest}::smallint)`,
    );
  };
  expiry(filter.expiryStart, '>=');
  expiry(filter.expiryEnd, '<');
  if (filter.active) {
    const [start, end] = dayBounds(day);
    made.push(
      (t) =>
        `(${t}.activation IS NULL OR ${t}.activation < ${end}) AND (${t}.expiration IS NULL OR ${t}.expiration >= ${start})`,
    );
  }
  return (t, d) => made.map((condition) => ` AND ${condition(t, d)}`).join('');
}
