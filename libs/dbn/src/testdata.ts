/** For tests: the real DBN files beside the repository, and what an independent decoder says they hold. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSchemaName, SCHEMAS } from '@tapeline/records';
import type {
  ColumnarBatch,
  DbnVersion,
  RecordDescription,
  SchemaDescription,
} from '@tapeline/records';
import { zstdDecompressSync } from 'node:zlib';
import { encodeMetadata } from './encode-metadata.js';
import { readPrelude } from './metadata.js';

const ROOT = join(import.meta.dirname, '../../../../shared/databento/testdata');

/** One object of the index. The schema is null where a file mixes several; DBZ has no version. */
export interface TestFile {
  readonly path: string;
  readonly version: DbnVersion | string;
  readonly schema: string | null;
  readonly dataset: string | null;
  readonly records: number;
  readonly zstd_frames?: number;
  readonly expected?: string;
  readonly expected_v3?: string;
  readonly summary?: string;
}

const testdataExists = existsSync(join(ROOT, 'index.json'));

if (!testdataExists) {
  process.stderr.write(`skipped: tests over real DBN files, since ${ROOT} is absent\n`);
}

const readText = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Every file of the index, or none where there is no testdata. */
export const testFiles: readonly TestFile[] = testdataExists
  ? (JSON.parse(readText('index.json')) as TestFile[])
  : [];

export type DbnFile = TestFile & { readonly version: DbnVersion };

const isDbn = (file: TestFile): file is DbnFile => !file.path.endsWith('.dbz');

export const dbnFiles = testFiles.filter(isDbn);
/** Those of one schema. */
export const knownFiles = dbnFiles.filter((file) => isSchemaName(file.schema ?? ''));
export const isFragment = (file: TestFile): boolean => file.path.includes('.frag');

export const rawBytes = (path: string): Uint8Array => readFileSync(join(ROOT, path));

export function schemaOf(file: TestFile): SchemaDescription {
  const name = file.schema ?? '';
  if (!isSchemaName(name)) throw new Error(`${file.path} is of no described schema`);
  return SCHEMAS[name];
}

/** Uncompressed bytes; a fragment gets metadata in front. */
export function plainBytes(file: DbnFile): Uint8Array {
  const raw = rawBytes(file.path);
  const plain = file.path.endsWith('.zst') ? zstdDecompressSync(raw) : raw;
  return isFragment(file) ? Buffer.concat([fragmentMetadata(file), plain]) : plain;
}

/** The records alone, without metadata. */
export function recordBytes(file: DbnFile): Uint8Array {
  const bytes = plainBytes(file);
  return bytes.subarray(readPrelude(bytes).size);
}

const fragmentMetadata = (file: DbnFile): Uint8Array =>
  encodeMetadata({
    version: file.version,
    dataset: 'XNAS.ITCH',
    schema: schemaOf(file).code,
    start: 0n,
    end: null,
    limit: null,
    stypeIn: 'raw_symbol',
    stypeOut: 'instrument_id',
    tsOut: false,
    symbols: [],
    partial: [],
    notFound: [],
    mappings: [],
  });

export type Json = { readonly [key: string]: Json | Json[] | string | number | boolean | null };

/** Lines of an expectation: the metadata first, if any, then records. */
export function expectedLines(path: string): Json[] {
  return readText(path)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Json);
}

/** Records of the file, as far as they are listed, without metadata: upgraded or as they are. */
export function expectedRecords(file: DbnFile, upgrade: 'v3' | 'as-is' = 'v3'): Json[] {
  const asIs = file.expected as string;
  const lines = expectedLines(upgrade === 'v3' ? (file.expected_v3 ?? asIs) : asIs);
  return lines.filter((line) => 'hd' in line);
}

/** An expected record under the names of columns: header and levels flattened. */
export function flatten({ hd, levels, type: _type, ...fields }: Json): Json {
  const { length: _length, rtype: _rtype, ...header } = hd as Json;
  const flat = { ...header, ...fields } as Record<string, Json[string]>;
  for (const [index, level] of ((levels ?? []) as Json[]).entries()) {
    for (const [name, value] of Object.entries(level)) {
      flat[`${name}_${String(index).padStart(2, '0')}`] = value;
    }
  }
  return flat;
}

/** One record of a batch in the same conventions: 64-bit integers and text as strings. */
export function rowOf(batch: ColumnarBatch<RecordDescription>, row: number): Json {
  return Object.fromEntries(
    batch.schema.columns
      .map((column, index) => [column, batch.columns[index]!] as const)
      .filter(([column]) => column.name !== 'ordinal' && column.isReserved !== true)
      .map(([{ name, type, width }, data]) => {
        if (type !== 'char' && type !== 'string') {
          const value = data[row]!;
          return [name, typeof value === 'bigint' ? String(value) : value];
        }
        const text = Buffer.from(data.buffer, data.byteOffset + row * width, width);
        return [name, text.toString('latin1').split('\0', 1)[0]];
      }),
  ) as Json;
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** An expectation that is one JSON object. */
export const expectedJson = (path: string): Json => JSON.parse(readText(path)) as Json;

/** All that an asynchronous source gives. */
export async function toArray<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}
