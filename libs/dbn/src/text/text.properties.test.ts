/** Every value of every kind of record can be read back from its CSV and from its JSON. */
import { expect, it } from '@jest/globals';
import { ORDINAL, parsePrice, parseTimestamp, readString, withTsOut } from '@tapeline/records';
import type { ColumnarBatch, ColumnDescription, RecordDescription } from '@tapeline/records';
import * as fc from 'fast-check';
import { batchOf, KINDS } from '../arbitrary-records.js';
import { flatten } from '../testdata.js';
import type { Json } from '../testdata.js';
import { csvHeader, encodeCsv } from './encode-csv.js';
import { encodeJson } from './encode-json.js';

const RUNS = { seed: 20_261_123, numRuns: 12 };
const WIDE = new Set(['price', 'timestamp', 'i64', 'u64']);

type Batch = ColumnarBatch<RecordDescription>;
type Cell = string | null;

const shown = ({ columns }: RecordDescription): ColumnDescription[] =>
  columns.filter(({ name }) => name !== ORDINAL);

/** The values of a row by column: numbers as BigInt, texts as strings. */
const valuesOf = (batch: Batch, row: number): Map<string, bigint | string> =>
  new Map(
    shown(batch.schema).map(({ name, type, width }) => {
      const data = batch.column(name);
      return [
        name,
        type === 'string' ? readString(data as Uint8Array, width, row) : BigInt(data[row]!),
      ];
    }),
  );

const LETTERS: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r' };

/** The code of a letter in the notation of Rust. */
function letterCode(text: string): number {
  const hex = /^\\x([\da-f]{2})$/.exec(text)?.[1];
  if (hex !== undefined) return Number.parseInt(hex, 16);
  const letter = text.startsWith('\\') ? (LETTERS[text[1]!] ?? text[1]!) : text;
  return letter.charCodeAt(0);
}

/** The value that a cell stands for. */
function parseCell({ type, nullValue }: ColumnDescription, cell: Cell, isPretty: boolean) {
  if (type === 'string') return cell;
  if (type === 'char') return BigInt(cell === null ? 0 : letterCode(cell));
  if (isPretty && type === 'price') return cell === null ? nullValue : parsePrice(cell);
  if (isPretty && type === 'timestamp') return cell === null ? nullValue : parseTimestamp(cell);
  return cell === null ? undefined : BigInt(cell);
}

/** Rows of cells, as RFC 4180 has them. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, bare, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/g)) {
    rows.at(-1)!.push(quoted === undefined ? bare! : quoted.replaceAll('""', '"'));
    if (end === '\n') rows.push([]);
  }
  return rows.slice(0, -1);
}

/** Zero is not a time that pretty text shows. */
const prettyOf = (value: bigint | string, { type, nullValue }: ColumnDescription) =>
  type === 'timestamp' && value === 0n ? nullValue : value;

function expectSame(batch: Batch, row: number, cells: Map<string, Cell>, isPretty: boolean): void {
  const values = valuesOf(batch, row);
  for (const column of shown(batch.schema)) {
    const value = values.get(column.name)!;
    const expected = isPretty ? prettyOf(value, column) : value;
    const cell = cells.get(column.name);
    expect([column.name, cell === undefined ? cell : parseCell(column, cell, isPretty)]).toEqual([
      column.name,
      expected,
    ]);
  }
}

const generated = (kind: RecordDescription) => batchOf(withTsOut(kind), 3, 3);

it.each(KINDS)('$name: CSV', (kind) => {
  fc.assert(
    fc.property(generated(kind), fc.boolean(), (batch, isPretty) => {
      const options = { prettyPx: isPretty, prettyTs: isPretty };
      const rows = parseCsv(csvHeader(batch.schema, options) + encodeCsv(batch, options));
      const [header, ...lines] = rows;
      expect(lines).toHaveLength(batch.length);
      for (const [row, line] of lines.entries()) {
        expect(line).toHaveLength(header!.length);
        const texts = new Set(
          shown(kind)
            .filter(({ type }) => type === 'string')
            .map(({ name }) => name),
        );
        const cells = header!.map((name, index): [string, Cell] => [
          name,
          line[index] === '' && !texts.has(name) ? null : line[index]!,
        ]);
        expectSame(batch, row, new Map(cells), isPretty);
      }
    }),
    RUNS,
  );
});

it.each(KINDS)('$name: JSON', (kind) => {
  fc.assert(
    fc.property(generated(kind), fc.boolean(), (batch, isPretty) => {
      const lines = encodeJson(batch, { prettyPx: isPretty, prettyTs: isPretty }).split('\n');
      expect(lines.pop()).toBe('');
      expect(lines).toHaveLength(batch.length);
      for (const [row, line] of lines.entries()) {
        const record = flatten(JSON.parse(line) as Json);
        const cells = shown(batch.schema).map(({ name, type }): [string, Cell] => {
          const value = record[name] as string | number | null;
          const isText = WIDE.has(type) || type === 'char' || type === 'string';
          // Numbers that a double may not hold are text.
          expect(value === null || typeof value === (isText ? 'string' : 'number')).toBe(true);
          return [name, value === null ? null : String(value)];
        });
        expectSame(batch, row, new Map(cells), isPretty);
      }
    }),
    RUNS,
  );
});
