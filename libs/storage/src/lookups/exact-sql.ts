/** SQL of exact values: nanoseconds from the two columns of a timestamp, and a column's value as text. */
import { nanosecondsName, quoteIdentifier } from '@tapeline/records';
import type { ColumnDescription } from '@tapeline/records';

/** Nanoseconds since epoch, numeric, of a time in microseconds and the rest of the nanosecond. */
export const nanosecondsOf = (time: string, rest: string): string =>
  `((extract(epoch FROM ${time}) * 1000000)::numeric(20,0) * 1000 + ${rest})`;

/**
 * Nanoseconds, bigint, from one time to another. By the interval's seconds, which as a double are exact to the
 * microsecond for 70 years and take a third of the time of a numeric.
 */
export const nanosecondsBetween = (
  [from, fromRest]: readonly [string, string],
  [to, toRest]: readonly [string, string],
): string =>
  `(round(date_part('epoch', ${to} - ${from}) * 1e6)::bigint * 1000 + (${toRest} - ${fromRest}))`;

/** A column of alias `t` as text: nanoseconds of a timestamp, units of 1e-9 of a price. */
export function exactText(column: ColumnDescription, alias: string): string {
  const name = `${alias}.${quoteIdentifier(column.name)}`;
  return column.type === 'timestamp'
    ? `${nanosecondsOf(name, `${alias}.${quoteIdentifier(nanosecondsName(column.name))}`)}::text`
    : `${name}::text`;
}

/** For `types` of a statement: every value as the text that the server sent. */
export const asText = { getTypeParser: () => (text: string) => text };

/** The byte of a value of the type "char": one of 128 or more is sent as a backslash and three octal digits, 0 as nothing. */
export const charCode = (text: string): number =>
  text.length > 1 ? Number.parseInt(text.slice(1), 8) : (text.codePointAt(0) ?? 0);
