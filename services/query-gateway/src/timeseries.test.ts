import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { formatPrice, parseTimestamp, sampleBatch, SCHEMAS } from '@tapeline/records';
import type { ColumnarBatch, ColumnDescription } from '@tapeline/records';
import { testDatabase, testNats } from '@tapeline/testing';
import type { TestDatabase, TestNats } from '@tapeline/testing';
import { DATASET, startTestGateway, tradesBatch } from './start-test-gateway.js';
import type { TestGateway } from './start-test-gateway.js';

interface Answer {
  symbols: Record<string, { d0: string; d1: string; s: string }[]>;
  missing: { symbol: string; instrument_id: number | null; start: string; end: string }[];
  records: Record<string, string | number | null>[];
  count: number;
  complete: boolean;
}

const DAY = parseTimestamp('2024-07-01');
const NEXT_DAY = parseTimestamp('2024-07-02');
let database: TestDatabase;
let nats: TestNats;
let gateway: TestGateway;

const ask = async (parameters: Record<string, string>): Promise<Answer> => {
  const response = await gateway.get(gateway.timeseries(parameters));
  const answer = (await response.json()) as Answer;
  expect(response.status).toBe(answer.missing.length > 0 ? 206 : 200);
  return answer;
};
const sequences = ({ records }: Answer) => records.map(({ sequence }) => sequence);

beforeAll(async () => {
  database = await testDatabase();
  nats = await testNats();
  gateway = await startTestGateway(database, nats);
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([database.drop(), nats.stop()]);
});

/** What an answer must say of a value, worked out from the batch. */
function expected(column: ColumnDescription, data: ArrayLike<bigint | number>, row: number) {
  if (column.type === 'string') {
    const bytes = (data as Uint8Array).subarray(row * column.width, (row + 1) * column.width);
    return Buffer.from(bytes).toString('latin1').replace(/\0.*$/s, '');
  }
  const value = BigInt(data[row]!);
  if (value === column.nullValue) return null;
  if (column.type === 'price') return formatPrice(value);
  if (column.type === 'char') return String.fromCharCode(Number(value));
  return ['timestamp', 'i64', 'u64'].includes(column.type) ? String(value) : Number(value);
}

/** Extreme values in every column, but index timestamps one above the other on one day. */
function extremes(schema: keyof typeof SCHEMAS, instrumentId: number): ColumnarBatch {
  const batch = sampleBatch(SCHEMAS[schema], 40);
  const times = batch.indexTimestamps();
  for (let row = 0; row < batch.length; row++) times[row] = DAY + BigInt(row) * 1_001n;
  (batch.column('instrument_id') as Uint32Array).fill(instrumentId);
  return batch;
}

describe.each(Object.values(SCHEMAS))('$name', (schema) => {
  it('is answered exactly as it was stored, in JSON and in CSV', async () => {
    const batch = extremes(schema.name, 9);
    await gateway.store(batch);
    const query = { schema: schema.name, stype_in: 'instrument_id', symbols: '9' };
    const answer = await ask(query);

    const columns = schema.columns.filter(({ name }) => name !== 'ordinal');
    const wanted = Array.from({ length: batch.length }, (_, row) => ({
      ...Object.fromEntries(
        columns.map((column) => [column.name, expected(column, batch.column(column.name), row)]),
      ),
      symbol: '9',
    }));
    expect(answer.records).toEqual(wanted);
    expect(answer).toMatchObject({ count: batch.length, complete: true });

    const csv = await gateway.get(gateway.timeseries({ ...query, encoding: 'csv' }));
    expect(csv.headers.get('content-type')).toMatch('text/csv');
    const [header, ...lines] = (await csv.text()).trimEnd().split('\n');
    expect(header).toBe([...columns.map(({ name }) => name), 'symbol'].join(','));
    const quote = (value: string | number | null) =>
      typeof value === 'string' && /[",]/.test(value)
        ? `"${value.replaceAll('"', '""')}"`
        : String(value ?? '');
    expect(lines).toEqual(wanted.map((record) => Object.values(record).map(quote).join(',')));
  });
});

describe('a range', () => {
  beforeAll(async () => {
    const times = [999n, 1_000n, 1_001n, 1_999n, 2_000n].map((ns) => NEXT_DAY + ns);
    await gateway.store(
      tradesBatch(
        times.map((tsRecv, i) => ({ tsRecv, instrumentId: 20, ordinal: i, sequence: i })),
      ),
    );
  });

  it.each([
    [999n, 1_000n, [0]],
    [1_000n, 1_001n, [1]],
    [1_000n, 2_000n, [1, 2, 3]],
    [1_001n, 2_001n, [2, 3, 4]],
    [0n, 3_000n, [0, 1, 2, 3, 4]],
  ])('from +%s to +%s ns has exactly its records', async (from, to, wanted) => {
    const query = {
      stype_in: 'instrument_id',
      symbols: '20',
      start: String(NEXT_DAY + from),
      end: String(NEXT_DAY + to),
    };
    expect(sequences(await ask(query))).toEqual(wanted);
  });

  it('ends before midnight when only its day is given', async () => {
    await gateway.store(
      tradesBatch([
        { tsRecv: NEXT_DAY - 1n, instrumentId: 21, ordinal: 0, sequence: 1 },
        { tsRecv: NEXT_DAY, instrumentId: 21, ordinal: 1, sequence: 2 },
      ]),
    );
    expect(sequences(await ask({ stype_in: 'instrument_id', symbols: '21' }))).toEqual([1]);
  });

  it('is cut at its limit', async () => {
    const query = { stype_in: 'instrument_id', symbols: '20', start: '2024-07-02' };
    const answer = await ask({ ...query, limit: '2' });
    expect(sequences(answer)).toEqual([0, 1]);
    expect(answer).toMatchObject({ count: 2, complete: true });
  });
});

it('keeps the order of the source among records of one nanosecond', async () => {
  const rows = [3, 0, 2, 1].map((n) => {
    return { tsRecv: DAY + 5n, instrumentId: 30, ordinal: n, sequence: n };
  });
  await gateway.store(tradesBatch(rows));
  const answer = await ask({ stype_in: 'instrument_id', symbols: '30' });
  expect(sequences(answer)).toEqual([0, 1, 2, 3]);
});

describe('symbols', () => {
  const both = { start: '2024-07-01', end: '2024-07-03' };

  beforeAll(async () => {
    const rows = [40, 41].flatMap((instrumentId) =>
      [DAY, NEXT_DAY].map((tsRecv, day) => {
        return { tsRecv, instrumentId, ordinal: 0, sequence: instrumentId * 10 + day };
      }),
    );
    await gateway.store(tradesBatch(rows));
    await gateway.map('raw_symbol', 'ESU4', 40, '2024-07-01', '2024-07-02');
    await gateway.map('raw_symbol', 'ESU4', 41, '2024-07-02', '2024-07-03');
    await gateway.map('raw_symbol', 'ESZ4', 41, '2024-07-01', '2024-07-02');
    await gateway.map('raw_symbol', 'ESU4 C5000', 49, '2024-07-01', '2024-07-03');
    await gateway.map('continuous', 'ES.c.0', 40, '2024-07-01', '2024-07-03');
    await gateway.map('continuous', 'ES.v.0', 40, '2024-07-01', '2024-07-02');
    await gateway.map('continuous', 'ES.v.0', 41, '2024-07-02', '2024-07-03');
    await gateway.map('parent', 'NQ.FUT', 41, '2024-07-01', '2024-07-03');
  });

  const answered = async (parameters: Record<string, string>) => {
    const { records } = await ask({ ...both, ...parameters });
    return records.map(({ symbol, sequence }) => [symbol, sequence]);
  };

  it('mean different instruments on different days', async () => {
    expect(await answered({ symbols: 'ESU4' })).toEqual([
      ['ESU4', 400],
      ['ESU4', 411],
    ]);
  });

  it('are resolved in the answer as Databento does', async () => {
    expect((await ask({ ...both, symbols: 'ESU4' })).symbols).toEqual({
      ESU4: [
        { d0: '2024-07-01', d1: '2024-07-02', s: '40' },
        { d0: '2024-07-02', d1: '2024-07-03', s: '41' },
      ],
    });
  });

  it('stand in every record, several of them where several mean one instrument', async () => {
    expect(await answered({ symbols: 'ES.v.0,ES.c.0', stype_in: 'continuous' })).toEqual([
      ['ES.v.0,ES.c.0', 400],
      ['ES.c.0', 401],
      ['ES.v.0', 411],
    ]);
  });

  it.each([
    ['NQ.FUT', [410, 411]],
    // ESU4 and ESZ4 are of this parent by their form; the option is not.
    ['ES.FUT', [400, 410, 411]],
  ])('of a parent: %s', async (symbols, wanted) => {
    const records = await answered({ symbols, stype_in: 'parent' });
    expect(records.map(([, sequence]) => sequence)).toEqual(wanted);
    expect(new Set(records.map(([symbol]) => symbol))).toEqual(new Set([symbols]));
  });

  it('are all instruments by ALL_SYMBOLS, each with its raw symbol where one is known', async () => {
    const records = await answered({ symbols: 'ALL_SYMBOLS' });
    expect(records).toContainEqual(['ESU4', 400]);
    expect(records).toContainEqual(['ESZ4', 410]);
    expect(records).toContainEqual(['ESU4', 411]);
    expect(records).toContainEqual([null, 401]);
  });

  it('known on other days only are answered without records where others have some', async () => {
    const answer = await ask({ ...both, start: '2024-07-02', symbols: 'ESZ4,ESU4' });
    expect(answer.symbols).toMatchObject({ ESZ4: [] });
    expect(sequences(answer)).toEqual([411]);
  });
});

describe('what is not held', () => {
  it('is listed in the answer, by instrument, and by symbol where that is not known', async () => {
    await gateway.store(tradesBatch([{ tsRecv: DAY, instrumentId: 50, ordinal: 0 }]));
    await gateway.map('raw_symbol', 'CLQ4', 50, '2024-07-01', '2024-07-02');
    await gateway.hold('trades', 50, DAY, DAY + 1_000n);
    const response = await gateway.get(
      gateway.timeseries({ symbols: 'CLQ4', end: String(NEXT_DAY + 5n) }),
    );
    const answer = (await response.json()) as Answer;
    expect(answer.missing).toEqual([
      { symbol: 'CLQ4', instrument_id: 50, start: String(DAY + 1_000n), end: String(NEXT_DAY) },
      { symbol: 'CLQ4', instrument_id: null, start: String(NEXT_DAY), end: String(NEXT_DAY + 5n) },
    ]);
    expect(JSON.parse(response.headers.get('x-warning') ?? '')).toEqual([
      expect.stringMatching(/^Warning: 2 parts of the range are not held/),
    ]);
  });

  it('is nothing where everything is held, also by a chunk of all instruments', async () => {
    const day = parseTimestamp('2024-07-03');
    await gateway.map('raw_symbol', 'CLU4', 51, '2024-07-03', '2024-07-04');
    await gateway.hold('trades', -1, day, parseTimestamp('2024-07-04'));
    const response = await gateway.get(
      gateway.timeseries({ symbols: 'CLU4', start: '2024-07-03' }),
    );
    expect(response.headers.get('x-warning')).toBeNull();
    expect(await response.json()).toMatchObject({ missing: [], records: [], count: 0 });
  });
});

describe('hostile text', () => {
  const attacks = [`'; DROP TABLE trades; --`, `" OR 1=1 --`, '$1', '%27', `\\'; SELECT 1`];
  const parameters = [
    'dataset',
    'schema',
    'symbols',
    'stype_in',
    'start',
    'end',
    'limit',
    'encoding',
    'other',
  ];

  it.each(parameters)('in %s is refused and harms nothing', async (name) => {
    for (const attack of attacks) {
      const response = await gateway.get(
        gateway.timeseries({ symbols: '9', stype_in: 'raw_symbol', [name]: attack }),
      );
      expect([400, 404, 422]).toContain(response.status);
      expect(response.headers.get('content-type')).toMatch('application/problem+json');
    }
    const { rows } = await gateway.storage.pool.query('SELECT count(*) > 0 AS there FROM trades');
    expect(rows).toEqual([{ there: true }]);
  });

  it('in a symbol of the database comes out as text', async () => {
    const symbol = `a"'<b>;\\`;
    await gateway.store(tradesBatch([{ tsRecv: DAY, instrumentId: 60, ordinal: 0 }]));
    await gateway.map('raw_symbol', symbol, 60, '2024-07-01', '2024-07-02');
    const answer = await ask({ symbols: symbol });
    expect(answer.records.map((record) => record['symbol'])).toEqual([symbol]);
  });
});

it('has the headers of an answer that browsers must not guess about', async () => {
  const response = await gateway.get(
    gateway.timeseries({ dataset: DATASET, symbols: '9', stype_in: 'instrument_id' }),
  );
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(response.headers.get('cache-control')).toBe('no-store');
  await response.body?.cancel();
});
