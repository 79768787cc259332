import { readFileSync } from 'node:fs';
import { formatPrice, isSchemaName } from '@tapeline/records';
import type { ColumnDescription, SchemaDescription } from '@tapeline/records';
import { testdataPath } from '@tapeline/testing';

type Json = Record<string, unknown>;
export type Answer = Record<string, string | number | null>;

/** An entry of the test data's index. */
export interface IndexEntry {
  readonly path: string;
  /** 1, 2 or 3; a text for what came before DBN. */
  readonly version: number | string;
  /** Null where schemas are mixed. */
  readonly schema: string | null;
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

export const readIndex = (): IndexEntry[] =>
  JSON.parse(readFileSync(testdataPath('index.json'), 'utf8')) as IndexEntry[];

/** The files by what must become of them when they are ingested in this order. */
export function sortFiles(entries: readonly IndexEntry[]) {
  const [stored, copies, empty, refused]: IndexEntry[][] = [[], [], [], []];
  const known = new Set<string>();
  for (const entry of entries) {
    const { path, version, schema, dataset, records } = entry;
    const isWhole = /\.dbn(\.zst)?$/.test(path) && dataset !== null;
    if (!isWhole || schema === null || !isSchemaName(schema)) refused!.push(entry);
    else if (records === 0) empty!.push(entry);
    else {
      const contents = JSON.stringify([version, schema, dataset, readExpected(entry)]);
      if (known.has(contents)) copies!.push(entry);
      else stored!.push(entry);
      known.add(contents);
    }
  }
  return { stored: stored!, copies: copies!, empty: empty!, refused: refused! };
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
