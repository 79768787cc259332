import { readFileSync } from 'node:fs';
import { formatPrice } from '@tapeline/records';
import type { ColumnDescription, SchemaDescription } from '@tapeline/records';
import { testdataPath } from '@tapeline/testing';

type Json = Record<string, unknown>;
export type Answer = Record<string, string | number | null>;

/** An entry of the test data's index. */
export interface IndexEntry {
  readonly path: string;
  readonly version: 1 | 2 | 3;
  readonly schema: string;
  readonly dataset: string | null;
  readonly records: number;
  /** Expected output: of all records, or of the first ones where there is a summary. */
  readonly expected: string;
  readonly expected_v3?: string;
  readonly summary?: string;
}

/** Totals over all records of a long file. */
export interface Summary {
  readonly sum_price: string;
  readonly sum_size: number;
  readonly last_ts_recv: string;
}

/** A file's expected records, upgraded to version 3 where that differs. */
export function readExpected(entry: IndexEntry): Json[] {
  return readFileSync(testdataPath(entry.expected_v3 ?? entry.expected), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Json)
    .filter((line) => 'hd' in line);
}

/** An expected record as the gateway must answer it: exact decimals, text for 64 bits, nulls. */
export function asAnswer(schema: SchemaDescription, record: Json): Answer {
  const levels = (record['levels'] as Json[] | undefined) ?? [];
  const flat: Json = { ...record, ...(record['hd'] as Json) };
  for (const [index, level] of levels.entries()) {
    const suffix = String(index).padStart(2, '0');
    for (const [name, value] of Object.entries(level)) flat[`${name}_${suffix}`] = value;
  }
  return Object.fromEntries(
    schema.columns
      .filter((column) => column.name !== 'ordinal')
      .map((column) => [column.name, answerValue(column, flat[column.name])]),
  );
}

function answerValue(column: ColumnDescription, value: unknown): string | number | null {
  if (typeof value !== 'string' && typeof value !== 'number') {
    throw new Error(`the expected output has no ${column.name}`);
  }
  if (column.type === 'string') return String(value);
  if (column.type === 'char') return value === '' ? null : String(value);
  const raw = BigInt(value);
  if (raw === column.nullValue) return null;
  if (column.type === 'price') return formatPrice(raw);
  return column.width === 8 ? String(raw) : Number(raw);
}
