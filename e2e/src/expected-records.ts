import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatPrice } from '@tapeline/records';
import type { ColumnDescription, SchemaDescription } from '@tapeline/records';

type Json = Record<string, unknown>;
export type Answer = Record<string, string | number | null>;

/** One real file with what an independent decoder says it contains. */
export interface ExpectedFile {
  readonly path: string;
  readonly metadata: { readonly start: string; readonly dataset: string };
  readonly records: readonly Json[];
}

/** Reads a test file's expected output, upgraded to version 3 where that differs. */
export function readExpected(testdata: string, path: string): ExpectedFile {
  const upgraded = join(testdata, 'expected-upgraded-v3', `${path}.jsonl`);
  const plain = join(testdata, 'expected', `${path}.jsonl`);
  const lines = (file: string): Json[] =>
    readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Json);
  const asIs = lines(plain);
  const metadata = asIs.find((line) => 'metadata' in line)?.['metadata'];
  let records = asIs;
  try {
    records = lines(upgraded);
  } catch {
    // Files whose record types never changed have one expected output.
  }
  return {
    path: join(testdata, path),
    metadata: metadata as ExpectedFile['metadata'],
    records: records.filter((line) => 'hd' in line),
  };
}

/** An expected record as the gateway must answer it: exact decimals, text for 64 bits, nulls. */
export function asAnswer(schema: SchemaDescription, record: Json): Answer {
  const levels = (record['levels'] as Json[] | undefined)?.[0] ?? {};
  const flat: Json = { ...record, ...(record['hd'] as Json) };
  for (const [name, value] of Object.entries(levels)) flat[`${name}_00`] = value;
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
