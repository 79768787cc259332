/** The API over real HTTP, called by our own client. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { HistoricalClient } from '@tapeline/databento';
import type { RangeRequest } from '@tapeline/databento';
import { DbnStream } from '@tapeline/dbn';
import { SCHEMAS } from '@tapeline/records';
import { SYNTHETIC_SCHEMAS } from './domain/synthetic/synthetic-schemas.js';
import { UNIT_PRICES } from './domain/prices.js';
import { at, collectBytes, queryOf } from './domain/collect-records.js';
import { SyntheticMarket } from './domain/synthetic/synthetic-market.js';
import { startSandbox } from './start-sandbox.js';
import type { Sandbox } from './start-sandbox.js';

const market = new SyntheticMarket({ seed: 1, tradesPerDay: 2_000 });
let sandbox: Sandbox;
let client: HistoricalClient;

beforeAll(async () => {
  sandbox = await startSandbox(market, { host: '127.0.0.1', port: 0, logger: false });
  client = new HistoricalClient({
    apiKey: 'db-test',
    baseUrl: sandbox.url,
    retry: { attempts: 3, baseMs: 1, capMs: 2 },
  });
});
afterAll(() => sandbox.close());

const continuous: RangeRequest = {
  dataset: 'GLBX.MDP3',
  schema: 'trades',
  symbols: ['ES.c.0'],
  stypeIn: 'continuous',
  start: '2024-07-01',
  end: '2024-07-03',
};

/** A range as bytes received, metadata and records. */
async function download(request: RangeRequest & { compression?: 'zstd' | 'none' }) {
  const range = await client.getRange(request);
  const received: Uint8Array[] = [];
  const stream = await DbnStream.open(
    (async function* () {
      for await (const part of range.body) {
        received.push(part);
        yield part;
      }
    })(),
  );
  const records: Uint8Array[] = [];
  let count = 0;
  for await (const block of stream.blocks()) {
    records.push(block.bytes.slice());
    count += block.count;
  }
  return {
    ...range,
    received: Buffer.concat(received),
    metadata: stream.metadata,
    records: Buffer.concat(records),
    count,
  };
}

/** Frames of zstd, by their magic number, which does not occur by chance in so few bytes. */
const framesOf = (bytes: Buffer): number =>
  bytes.toString('latin1').split('\x28\xb5\x2f\xfd').length - 1;

describe('get_range', () => {
  it('is counted and priced as it is sent', async () => {
    const { count } = await download(continuous);
    expect(await client.getRecordCount(continuous)).toBe(count);
    expect(await client.getBillableSize(continuous)).toBe(48 * count);
    const [prices] = await client.listUnitPrices('GLBX.MDP3');
    const price = prices!.prices['trades']!;
    expect(await client.getCost(continuous)).toBeCloseTo((48 * count * price) / 2 ** 30, 12);
    expect(await client.getRecordCount({ ...continuous, limit: 10 })).toBe(10);
  });

  it('sends exactly the records asked for, in several frames', async () => {
    const range = await download({ ...continuous, symbols: ['ES.c.0'] });
    const expected = await collectBytes(
      market,
      queryOf('trades', '2024-07-01', '2024-07-03', [100_297]),
    );
    expect(range.records.equals(expected)).toBe(true);
    expect(framesOf(range.received)).toBe(3);
    expect(range.partial).toBe(false);
    expect(range.metadata).toMatchObject({
      version: 3,
      dataset: 'GLBX.MDP3',
      schema: 4,
      start: at('2024-07-01'),
      end: at('2024-07-03'),
      limit: null,
      stypeIn: 'continuous',
      stypeOut: 'instrument_id',
      symbols: ['ES.c.0'],
      partial: [],
      notFound: [],
      mappings: [
        {
          rawSymbol: 'ES.c.0',
          intervals: [{ startDate: '2024-07-01', endDate: '2024-07-03', symbol: '100297' }],
        },
      ],
    });
  });

  it('sends the same bytes every time, and the same records uncompressed', async () => {
    const first = await download(continuous);
    expect((await download(continuous)).received.equals(first.received)).toBe(true);
    const plain = await download({ ...continuous, compression: 'none' });
    expect(plain.received.subarray(0, 3).toString()).toBe('DBN');
    expect(plain.records.equals(first.records)).toBe(true);
  });

  it('follows a continuous symbol from one contract to the next', async () => {
    const roll = { ...continuous, start: '2024-06-21', end: '2024-06-24' };
    const { records } = await download(roll);
    const ids = new Set<number>();
    for (let row = 0; row < records.length; row += 48) ids.add(records.readUInt32LE(row + 4));
    expect([...ids]).toEqual([100_294, 100_297]);
  });

  it('sends each record once when symbols overlap', async () => {
    const twice = { ...continuous, symbols: ['ES.c.0', 'ES.v.0'] };
    const { count, metadata } = await download(twice);
    expect(count).toBe((await download(continuous)).count);
    expect(metadata.mappings.map(({ rawSymbol }) => rawSymbol)).toEqual(twice.symbols);
  });

  it('stops at the limit', async () => {
    const limited = await download({ ...continuous, limit: 7 });
    expect(limited.count).toBe(7);
    expect(limited.metadata.limit).toBe(7n);
    const whole = await download(continuous);
    expect(limited.records.equals(whole.records.subarray(0, 7 * 48))).toBe(true);
  });

  it('answers 206 where symbols resolve in part', async () => {
    const range = await download({ ...continuous, symbols: ['ES.c.0', 'XX.c.0'] });
    expect(range.partial).toBe(true);
    expect(range.metadata.notFound).toEqual(['XX.c.0']);
  });

  it('sends metadata alone for a time without records', async () => {
    const halt = { ...continuous, start: '2024-07-01T21:00', end: '2024-07-01T22:00' };
    const range = await download(halt);
    expect(range.count).toBe(0);
    expect(framesOf(range.received)).toBe(1);
  });

  it('warns of days of degraded quality', async () => {
    const day = market
      .conditions('GLBX.MDP3')
      .find(({ condition }) => condition === 'degraded')!.date;
    const { warnings } = await download({ ...continuous, start: day, end: `${day}T23` });
    expect(warnings).toEqual([expect.stringContaining(`${day} (degraded)`)]);
  });

  it.each(SYNTHETIC_SCHEMAS)('sends %s', async (schema) => {
    const { symbols, stypeIn, ...rest } = continuous;
    expect([symbols, stypeIn]).toEqual([['ES.c.0'], 'continuous']);
    const request = { ...rest, schema };
    const range = await download(request);
    expect(range.count).toBe(await client.getRecordCount(request));
    expect(range.count).toBeGreaterThan(0);
    const size = range.count * SCHEMAS[schema].recordSize[3];
    expect(range.records).toHaveLength(size);
    expect(await client.getBillableSize(request)).toBe(size);
    expect(await client.getCost(request)).toBeCloseTo((size * UNIT_PRICES[schema]) / 2 ** 30, 12);
    expect(range.metadata.mappings).toEqual([]);
  });
});

describe('refusals', () => {
  it.each([
    ['an unknown dataset', { dataset: 'NONE.X' }, 404, 'dataset_not_found'],
    ['an unknown schema', { schema: 'mbo' }, 422, 'data_schema_not_available'],
    ['unknown symbols', { symbols: ['XX.c.0'] }, 422, 'symbology_invalid_request'],
    ['a holiday', { start: '2024-03-29', end: '2024-03-30' }, 422, 'symbology_invalid_request'],
    ['malformed symbols', { symbols: ['ES'] }, 422, 'symbology_invalid_symbol'],
    [
      'an empty range',
      { start: '2024-07-01', end: '2024-07-01' },
      422,
      'data_time_range_start_on_or_after_end',
    ],
    ['an early start', { start: '2023-12-31' }, 422, 'data_start_before_available_start'],
    [
      'a late start',
      { start: '2027-01-01', end: '2027-01-02' },
      422,
      'data_start_after_available_end',
    ],
    ['a late end', { end: '2026-11-01' }, 422, 'data_end_after_available_end'],
    ['a malformed time', { start: 'yesterday' }, 422, null],
  ])('of %s', async (_, change, status, name) => {
    await expect(client.getRange({ ...continuous, ...change })).rejects.toMatchObject({
      status,
      case: name,
      retryable: false,
    });
    await expect(client.getRecordCount({ ...continuous, ...change })).rejects.toMatchObject({
      status,
    });
  });

  it('tells how far the data go', async () => {
    await expect(client.getRange({ ...continuous, end: '2026-11-01' })).rejects.toMatchObject({
      payload: { dataset: 'GLBX.MDP3', available_end: '2026-10-31T00:00:00.000000000Z' },
    });
  });

  it('of other encodings', async () => {
    const body = new URLSearchParams({
      dataset: 'GLBX.MDP3',
      start: '2024-07-01',
      encoding: 'csv',
    });
    const response = await fetch(`${sandbox.url}/v0/timeseries.get_range`, {
      method: 'POST',
      body,
      headers: { authorization: `Basic ${btoa('db-test:')}` },
    });
    expect(response.status).toBe(422);
    expect(await response.text()).toContain('encoding=dbn');
  });
});

describe('faults', () => {
  const order = (fault: object) =>
    fetch(`${sandbox.url}/faults`, {
      method: 'POST',
      body: JSON.stringify(fault),
      headers: { 'content-type': 'application/json' },
    });
  beforeEach(() => fetch(`${sandbox.url}/faults`, { method: 'DELETE' }));

  it('are waited out by the client', async () => {
    const method = 'metadata.list_datasets';
    expect((await order({ method, status: 503 })).status).toBe(204);
    expect((await order({ method, status: 429, retry_after: 0.01 })).status).toBe(204);
    expect(await client.listDatasets()).toHaveLength(2);
  });

  it('break a stream where they should', async () => {
    const { received } = await download(continuous);
    await order({ method: 'timeseries.get_range', cut_after_bytes: 5_000, times: 1 });
    const parts: Uint8Array[] = [];
    const { body } = await client.getRange(continuous);
    const reading = (async () => {
      for await (const part of body) parts.push(part);
    })();
    await expect(reading).rejects.toMatchObject({ status: null, retryable: true });
    expect(Buffer.concat(parts).equals(received.subarray(0, 5_000))).toBe(true);
    expect((await download(continuous)).received.equals(received)).toBe(true);
  });

  it('are refused if malformed', async () => {
    expect((await order({ method: 'x', status: 200 })).status).toBe(422);
  });
});
