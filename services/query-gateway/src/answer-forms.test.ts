/** The forms of an answer over HTTP: encodings, compression, fields, filters, order, pages, and how each one ends. */
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DbnStream } from '@tapeline/dbn';
import { ColumnarBatch, parseTimestamp, SCHEMAS, UNDEF_PRICE } from '@tapeline/records';
import { testDatabase, testNats } from '@tapeline/testing';
import type { TestDatabase, TestNats } from '@tapeline/testing';
import { tableFromIPC } from 'apache-arrow';
import { parquetReadObjects } from 'hyparquet';
import { startTestGateway } from './start-test-gateway.js';
import type { TestGateway } from './start-test-gateway.js';

const DAY = parseTimestamp('2024-07-01');
const NEXT_DAY = parseTimestamp('2024-07-02');
const COUNT = 5_000;
const ID = 7;

let database: TestDatabase;
let nats: TestNats;
let gateway: TestGateway;

/** Trades of which each three share a nanosecond; some have no price. */
function sample(): ColumnarBatch {
  const batch = ColumnarBatch.allocate(SCHEMAS.trades, COUNT);
  for (let row = 0; row < COUNT; row++) {
    batch.column('ts_recv')[row] = DAY + BigInt(Math.floor(row / 3)) * 1_000_000_001n;
    batch.column('ts_event')[row] = DAY + BigInt(row);
    batch.column('instrument_id')[row] = ID;
    batch.column('ordinal')[row] = row;
    batch.column('sequence')[row] = row;
    batch.column('size')[row] = row % 10;
    batch.column('side')[row] = row % 2 === 0 ? 65 : 66;
    batch.column('price')[row] =
      row % 100 === 99 ? UNDEF_PRICE : BigInt(row) * 250_000_001n - 5_000_000_000n;
  }
  return batch;
}

beforeAll(async () => {
  [database, nats] = await Promise.all([testDatabase(), testNats()]);
  gateway = await startTestGateway(database, nats);
  await gateway.map('raw_symbol', 'ESU4', ID, '2024-07-01', '2024-07-02');
  await gateway.store(sample());
  await gateway.hold('trades', ID, DAY, NEXT_DAY);
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([database.drop(), nats.stop()]);
});

type Row = Record<string, string | number | bigint | null | object>;

async function ask(parameters: Record<string, string>, status = 200): Promise<Response> {
  const response = await gateway.get(gateway.timeseries({ symbols: 'ESU4', ...parameters }));
  if (response.status !== status) throw new Error(`${response.status}: ${await response.text()}`);
  return response;
}
const rows = async (parameters: Record<string, string>): Promise<Row[]> =>
  ((await (await ask(parameters)).json()) as { records: Row[] }).records;
const sequences = async (parameters: Record<string, string>): Promise<unknown[]> =>
  (await rows({ fields: 'sequence', ...parameters })).map(({ sequence }) => sequence);

/** By Node's own client, which shows the trailers. */
async function withTrailers(parameters: Record<string, string>) {
  const url = gateway.url + gateway.timeseries({ symbols: 'ESU4', ...parameters });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    httpRequest(url, resolve).once('error', reject).end();
  });
  return { body: await text(response), trailers: response.trailers };
}

describe('every form has every value', () => {
  const BIG = new Set(['ts_recv', 'ts_event', 'price']);
  let expected: Row[];
  beforeAll(async () => {
    expected = await rows({ pretty_px: 'false' });
  });
  /** As JSON has them: what is too large for a number is text. */
  const shown = (row: Row): Row =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        value === null
          ? null
          : (BIG.has(name) || typeof value === 'bigint') && typeof value !== 'object'
            ? String(value)
            : value,
      ]),
    );

  it('JSON', () => {
    expect(expected).toHaveLength(COUNT);
    expect(expected[99]).toMatchObject({ price: null, sequence: 99, symbol: 'ESU4', side: 'B' });
    expect(expected[1]).toMatchObject({ price: '-4749999999', ts_recv: String(DAY) });
  });

  it('NDJSON, with a last line that says it is whole', async () => {
    const response = await ask({ encoding: 'ndjson', pretty_px: 'false' });
    expect(response.headers.get('content-type')).toMatch('application/x-ndjson');
    const lines = (await response.text()).trimEnd().split('\n');
    expect(lines.slice(0, -1).map((line) => JSON.parse(line) as Row)).toEqual(expected);
    expect(JSON.parse(lines.at(-1)!)).toEqual({ count: COUNT, complete: true });
  });

  it('CSV', async () => {
    const [head = '', ...lines] = (
      await (await ask({ encoding: 'csv', pretty_px: 'false' })).text()
    )
      .trimEnd()
      .split('\n');
    const names = head.split(',');
    expect(lines.map((line) => line.split(','))).toEqual(
      expected.map((row) =>
        names.map((name) => String((row[name] as string | number | null) ?? '')),
      ),
    );
  });

  it('Arrow', async () => {
    const response = await ask({ encoding: 'arrow' });
    const table = tableFromIPC(new Uint8Array(await response.arrayBuffer()));
    expect(table.schema.metadata.get('dbn.price_unit')).toBe('1e-9');
    const times = (name: string) => table.getChild(name)!.data.flatMap((data) => [...data.values]);
    const read = table.toArray().map((row, index) => ({
      ...row.toJSON(),
      ts_recv: times('ts_recv')[index],
      ts_event: times('ts_event')[index],
    }));
    expect(read.map(shown).slice(0, 200)).toEqual(expected.slice(0, 200));
    expect(read).toHaveLength(COUNT);
  });

  it('Parquet', async () => {
    const file = await (await ask({ encoding: 'parquet' })).arrayBuffer();
    const read = await parquetReadObjects({
      file,
      compressors: { ZSTD: (bytes) => zstdDecompressSync(bytes) },
      parsers: { timestampFromNanoseconds: String },
    });
    expect(read.map(shown)).toEqual(expected);
  });

  it('DBN', async () => {
    const response = await ask({ encoding: 'dbn' });
    const stream = await DbnStream.open(response.body!);
    const prices: (string | null)[] = [];
    for await (const batch of stream) {
      for (const price of batch.column('price') as BigInt64Array) {
        prices.push(price === UNDEF_PRICE ? null : String(price));
      }
    }
    expect(prices).toEqual(expected.map(({ price }) => price));
  });
});

it.each([
  ['gzip', gunzipSync],
  ['zstd', zstdDecompressSync],
] as const)('is compressed by %s where that is asked for', async (compression, decompress) => {
  const plain = await withTrailers({ encoding: 'csv' });
  const url = gateway.url + gateway.timeseries({ symbols: 'ESU4', encoding: 'csv', compression });
  const response = await new Promise<IncomingMessage>((resolve) => {
    httpRequest(url, resolve).end();
  });
  expect(response.headers['content-encoding']).toBe(compression);
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece as Buffer);
  expect(decompress(Buffer.concat(pieces)).toString()).toBe(plain.body);
  expect(response.trailers).toEqual(plain.trailers);
});

it('tells at its end how much it was, whatever its form', async () => {
  for (const encoding of ['json', 'ndjson', 'csv', 'arrow', 'parquet', 'dbn']) {
    const { trailers } = await withTrailers({ encoding });
    expect([encoding, trailers]).toEqual([
      encoding,
      { 'x-tapeline-count': String(COUNT), 'x-tapeline-complete': 'true' },
    ]);
  }
});

describe('conditions', () => {
  const all = Array.from({ length: COUNT }, (_, row) => row);
  it.each([
    ['size>=8', (row: number) => row % 10 >= 8],
    ['size!=0', (row: number) => row % 10 !== 0],
    ['side=B', (row: number) => row % 2 === 1],
    ['price=null', (row: number) => row % 100 === 99],
    ['price!=null', (row: number) => row % 100 !== 99],
    ['price<-4.5', (row: number) => row < 2],
    ['price<=-4.499999998', (row: number) => row < 3],
    [`ts_recv<${DAY + 1_000_000_001n}`, (row: number) => row < 3],
    [`ts_recv<=2024-07-01T00:00:01.000000001Z`, (row: number) => row < 6],
  ])('%s', async (where, holds) => {
    expect(await sequences({ where })).toEqual(all.filter(holds));
  });

  it('hold together', async () => {
    const path = gateway.timeseries({ symbols: 'ESU4', fields: 'sequence' });
    const response = await gateway.get(`${path}&where=side%3DA&where=size%3E7&limit=3`);
    const { records } = (await response.json()) as { records: Row[] };
    expect(records).toEqual([{ sequence: 8 }, { sequence: 18 }, { sequence: 28 }]);
  });

  it.each([
    ['nothing=1', "has no column 'nothing'"],
    ['ordinal=1', "has no column 'ordinal'"],
    ['price=1.0000000001', 'price=1.0000000001'],
    ['size=1;DROP TABLE trades', 'is no whole number'],
    ['size>null', 'null'],
    ['side=AB', 'is not one letter'],
  ])('refuse %s', async (where, detail) => {
    const refused = (await (await ask({ where }, 422)).json()) as Row;
    expect(refused['detail']).toContain(detail);
    expect(refused['remedy']).toMatch(/./);
  });

  it('take a quote for a letter', async () => {
    expect(await sequences({ where: "side='" })).toEqual([]);
  });
});

it('has the fields that were asked for, and refuses others', async () => {
  const [first] = await rows({ fields: 'price,symbol', limit: '1' });
  expect(first).toEqual({ price: '-5.000000000', symbol: 'ESU4' });
  expect(Object.keys((await rows({ map_symbols: 'false', limit: '1' }))[0]!)).not.toContain(
    'symbol',
  );
  const refused = await ask({ fields: 'price,nothing' }, 422);
  expect(((await refused.json()) as Row)['detail']).toBe("trades has no 'nothing'");
});

it('turns its order round', async () => {
  const down = await sequences({ order: 'desc' });
  expect(down).toEqual(Array.from({ length: COUNT }, (_, row) => COUNT - 1 - row));
});

it.each(['asc', 'desc'])('comes in pages that have each record once, %s', async (order) => {
  const seen: unknown[] = [];
  let cursor: string | undefined;
  do {
    const response = await ask({
      fields: 'sequence',
      order,
      page_size: '700',
      ...(cursor !== undefined && { cursor }),
    });
    const page = (await response.json()) as { records: Row[]; next_cursor?: string };
    expect(page.next_cursor).toBe(response.headers.get('x-tapeline-next-cursor') ?? undefined);
    seen.push(...page.records.map(({ sequence }) => sequence));
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  expect(seen).toEqual(await sequences({ order }));
});

it('takes long lists of symbols in a body', async () => {
  const symbols = ['ESU4', ...Array.from({ length: 5 }, () => 'ESU4')];
  const response = await fetch(`${gateway.url}/v1/timeseries`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      dataset: 'GLBX.MDP3',
      schema: 'trades',
      symbols,
      start: '2024-07-01',
      limit: 2,
    }),
  });
  expect([response.status, ((await response.json()) as { count: number }).count]).toEqual([200, 2]);
});

it('tells where it comes from, and 206 where a part is not held', async () => {
  const whole = await ask({ limit: '1' });
  expect(JSON.parse(whole.headers.get('x-tapeline-manifest')!)).toEqual({
    coverage: 'complete',
    missing: 0,
    quarantined: 0,
    conditions: [],
    rules_versions: [],
    symbols: { ESU4: [ID] },
  });
  const part = await ask({ end: '2024-07-03', limit: '1', manifest: 'true' }, 206);
  expect(await part.json()).toMatchObject({
    coverage: 'partial',
    missing: [{ symbol: 'ESU4', instrument_id: null }],
    rules_versions: [],
  });
});

it('takes ranges that end after 2262', async () => {
  const far = await ask({ end: '2500-01-01', limit: '1', encoding: 'arrow' }, 206);
  expect((await far.arrayBuffer()).byteLength).toBeGreaterThan(100);
  const response = await gateway.get(
    '/v1/bars?dataset=GLBX.MDP3&symbols=ESU4&start=2024-07-01&end=2500-01-01&bucket=month',
  );
  expect(response.status).toBe(206);
});

it('stops its statement when its reader leaves, in every form', async () => {
  for (const encoding of ['json', 'ndjson', 'csv', 'arrow', 'parquet', 'dbn']) {
    const leaving = new AbortController();
    const url = gateway.url + gateway.timeseries({ symbols: 'ESU4', encoding });
    const response = await fetch(url, { signal: leaving.signal });
    expect(response.status).toBe(200);
    leaving.abort();
  }
  const busy = async (): Promise<number> => {
    const { rows: found } = await gateway.storage.pool.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE 'COPY (%' AND state <> 'idle'`,
    );
    return found[0]!.count;
  };
  while ((await busy()) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
});
