/** `tapeline export` of answers as the gateway gives them; the files are read by other libraries. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ORDINAL, SCHEMA_NAMES } from '@tapeline/records';
import { makeTemporaryFolder } from '@tapeline/testing';
import { tableFromIPC } from 'apache-arrow';
import { parquetReadObjects } from 'hyparquet';
import { exportRange } from '../commands/export.js';
import { dbnFile, expectedValues, sampleRecords } from '../dbn/sample-file.js';
import type { Value } from '../dbn/sample-file.js';
import type { ExportOptions } from './export-plan.js';

interface GivenAnswer {
  body: Buffer;
  headers: Record<string, string>;
  /** Bytes after which the connection breaks. */
  cut: number;
}

const MISSING = [{ symbol: 'ES.c.0', instrument_id: 1, start: '5', end: '7' }];
const answer: GivenAnswer = { body: Buffer.alloc(0), headers: {}, cut: Infinity };
let asked: URLSearchParams[] = [];
let server: Server;
let folder = '';
let told = '';

beforeAll(async () => {
  folder = makeTemporaryFolder('export');
  server = createServer((request, response) => {
    const parameters = new URL(request.url!, 'http://gateway').searchParams;
    asked.push(parameters);
    if (parameters.get('encoding') === 'json') {
      response.end(JSON.stringify({ missing: MISSING, records: [] }));
      return;
    }
    response.writeHead(200, answer.headers);
    // In pieces that end within records.
    for (let from = 0; from < Math.min(answer.body.length, answer.cut); from += 1009) {
      response.write(answer.body.subarray(from, from + 1009));
    }
    if (answer.cut < answer.body.length) response.write('', () => response.destroy());
    else response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env['TAPELINE_URL'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  jest.spyOn(console, 'log').mockImplementation((text: unknown) => {
    told += `${String(text)}\n`;
  });
});
beforeEach(() => {
  Object.assign(answer, { headers: {}, cut: Infinity });
  asked = [];
  told = '';
});
afterAll(async () => {
  delete process.env['TAPELINE_URL'];
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

const range = {
  dataset: 'GLBX.MDP3',
  symbols: 'ES.c.0',
  stypeIn: 'continuous',
  start: '2024-07-01',
  end: '2024-07-02',
  force: true,
  json: true,
};

async function exported(name: string, options: Partial<ExportOptions> = {}) {
  const path = join(folder, name);
  await exportRange(path, { ...range, schema: 'trades', ...options });
  const summary = JSON.parse(told) as { rows: number; bytes: number; sha256: string };
  told = '';
  const bytes = readFileSync(path);
  expect(summary.bytes).toBe(bytes.length);
  expect(summary.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  return { bytes, summary };
}

type Columns = Record<string, Value[]>;

async function readParquet(bytes: Buffer): Promise<Columns> {
  const rows = await parquetReadObjects({
    file: new Uint8Array(bytes).buffer,
    compressors: { ZSTD: (input) => zstdDecompressSync(input) },
    parsers: { timestampFromNanoseconds: (value: bigint): bigint => value },
  });
  const columns: Columns = {};
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) (columns[name] ??= []).push(value as Value);
  }
  return columns;
}

/** Values as they stand in the buffers, since vectors give times as floating-point numbers. */
function readArrow(bytes: Buffer): Columns {
  const table = tableFromIPC(bytes);
  return Object.fromEntries(
    table.schema.fields.map(({ name }) => {
      const values = table.getChild(name)!.data.flatMap((chunk) => {
        const text = chunk.valueOffsets && Buffer.from(chunk.values as Uint8Array);
        return Array.from({ length: chunk.length }, (_, row): Value => {
          if (!chunk.getValid(row)) return null;
          if (!text) return chunk.values[row] as Value;
          return text.toString('utf8', chunk.valueOffsets[row], chunk.valueOffsets[row + 1]);
        });
      });
      return [name, values];
    }),
  );
}

describe.each(SCHEMA_NAMES)('%s', (schema) => {
  it('is in each format what the gateway answered, value by value', async () => {
    const batch = sampleRecords(schema, 200);
    answer.body = dbnFile(batch);
    const expected: Columns = Object.fromEntries([
      ...batch.schema.columns
        .filter(({ name }) => name !== ORDINAL)
        .map((column) => [column.name, expectedValues(batch, column)] as const),
      ['rtype', Array.from({ length: batch.length }, () => batch.schema.rtype)],
    ]);
    const parquet = await exported('out.parquet', { schema });
    expect(parquet.summary.rows).toBe(200);
    expect(await readParquet(parquet.bytes)).toEqual(expected);
    const arrow = await exported('out.arrow', { schema });
    expect(readArrow(arrow.bytes)).toEqual(expected);
    const dbn = await exported('out.dbn', { schema });
    expect(dbn.bytes.equals(answer.body)).toBe(true);
    const compressed = await exported('out.dbn.zst', { schema });
    expect(zstdDecompressSync(compressed.bytes).equals(answer.body)).toBe(true);
  });
});

it('passes csv through and counts its records', async () => {
  answer.body = Buffer.from('a,symbol\n1,"E,S"\n2,"two\nlines"\n');
  const { bytes, summary } = await exported('out.csv');
  expect(bytes.equals(answer.body)).toBe(true);
  expect(summary.rows).toBe(2);
  expect(Object.fromEntries(asked[0]!)).toEqual({
    dataset: 'GLBX.MDP3',
    schema: 'trades',
    symbols: 'ES.c.0',
    stype_in: 'continuous',
    start: '2024-07-01',
    end: '2024-07-02',
    encoding: 'csv',
  });
});

it('writes a table without rows where there are none', async () => {
  answer.body = dbnFile(sampleRecords('trades', 0));
  const { bytes, summary } = await exported('empty.parquet');
  expect(summary.rows).toBe(0);
  expect(await readParquet(bytes)).toEqual({});
  expect((await exported('empty.arrow')).bytes.length).toBeGreaterThan(0);
});

it('lists what is not held', async () => {
  answer.body = dbnFile(sampleRecords('trades', 1));
  answer.headers = { 'X-Warning': '["Warning: 1 parts"]' };
  const { summary } = await exported('gaps.dbn');
  expect(summary).toMatchObject({ rows: 1, missing: MISSING });
  expect(asked.map((parameters) => parameters.get('limit'))).toEqual([null, '1']);
});

it.each(['csv', 'dbn', 'parquet', 'arrow'])(
  'leaves no %s file of an answer that is cut',
  async (ending) => {
    const records = sampleRecords('trades', 10_000);
    answer.body = ending === 'csv' ? Buffer.alloc(200_000, '1,2,3\n') : dbnFile(records);
    answer.cut = 100_000;
    const path = join(folder, `cut.${ending}`);
    const run = exportRange(path, { ...range, schema: 'trades' });
    await expect(run).rejects.toThrow("the gateway's answer ended before its end");
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(folder).filter((name) => name.includes('.part'))).toEqual([]);
  },
);

it.each([
  ['out.txt', {}, 'say what to write'],
  ['out.parquet.zst', {}, 'parquet has it inside already'],
  ['out.dbn', { mapSymbols: true }, 'dbn has no room for symbols'],
] as const)('refuses %s with %o', async (name, options, message) => {
  const run = exportRange(join(folder, name), { ...range, schema: 'trades', ...options });
  await expect(run).rejects.toThrow(message);
  expect(asked).toEqual([]);
});

it('replaces no file unasked', async () => {
  answer.body = dbnFile(sampleRecords('trades', 1));
  await exported('once.dbn');
  const again = exportRange(join(folder, 'once.dbn'), {
    ...range,
    schema: 'trades',
    force: false,
  });
  await expect(again).rejects.toThrow('--force replaces it');
});

it('gives each record the symbol that was asked for', async () => {
  const batch = sampleRecords('trades', 3);
  for (let row = 0; row < 3; row++) {
    batch.indexTimestamps()[row] = 1_719_792_000_000_000_000n + BigInt(row) * 86_400_000_000_000n;
    batch.column('instrument_id')[row] = 7;
  }
  answer.body = dbnFile(batch, {
    symbols: ['ES.c.0'],
    stypeIn: 'continuous',
    mappings: [
      {
        rawSymbol: 'ES.c.0',
        intervals: [{ startDate: '2024-07-01', endDate: '2024-07-03', symbol: '7' }],
      },
    ],
  });
  const { bytes } = await exported('symbols.parquet', { mapSymbols: true });
  expect((await readParquet(bytes))['symbol']).toEqual(['ES.c.0', 'ES.c.0', null]);
});
