/** Whatever is sent to /v0, the answer has the form of Databento's API, and tells nothing of the inside. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HistoricalClient } from '@tapeline/databento';
import { parseTimestamp } from '@tapeline/records';
import { testDatabase, testNats } from '@tapeline/testing';
import type { TestDatabase, TestNats } from '@tapeline/testing';
import { startTestGateway, tradesBatch } from '../start-test-gateway.js';
import type { TestGateway } from '../start-test-gateway.js';

const DAY = parseTimestamp('2024-07-01');
const NEXT_DAY = parseTimestamp('2024-07-02');
let database: TestDatabase;
let nats: TestNats;
let gateway: TestGateway;

beforeAll(async () => {
  [database, nats] = await Promise.all([testDatabase(), testNats()]);
  gateway = await startTestGateway(database, nats);
  await gateway.map('raw_symbol', 'ESU4', 7, '2024-07-01', '2024-07-02');
  await gateway.store(tradesBatch([{ tsRecv: DAY, instrumentId: 7, ordinal: 0 }]));
  await gateway.hold('trades', 7, DAY, NEXT_DAY);
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([database.drop(), nats.stop()]);
});

const GOOD: Readonly<Record<string, Record<string, string>>> = {
  'metadata.list_datasets': { start_date: '2024-07-01', end_date: '2024-07-02' },
  'metadata.list_schemas': { dataset: 'GLBX.MDP3' },
  'metadata.list_fields': { schema: 'trades', encoding: 'dbn' },
  'metadata.get_dataset_condition': { dataset: 'GLBX.MDP3', start_date: '2024-07-01' },
  'metadata.get_record_count': range(),
  'metadata.get_cost': range(),
  'timeseries.get_range': {
    ...range(),
    encoding: 'dbn',
    compression: 'zstd',
    pretty_px: '0',
    map_symbols: 'False',
  },
  'symbology.resolve': {
    dataset: 'GLBX.MDP3',
    symbols: 'ESU4',
    stype_in: 'raw_symbol',
    stype_out: 'instrument_id',
    start_date: '2024-07-01',
    end_date: '2024-07-02',
  },
};

function range() {
  return {
    dataset: 'GLBX.MDP3',
    schema: 'trades',
    symbols: 'ESU4',
    stype_in: 'raw_symbol',
    stype_out: 'instrument_id',
    start: '2024-07-01',
    end: '2024-07-02',
    limit: '5',
  };
}

const HOSTILE = [
  '',
  `'; DROP TABLE trades; --`,
  `') union select digest from api_key --`,
  '\u0000',
  '\u{1F4C8}\r\nX-Injected: 1',
  '../../etc/passwd',
  '9'.repeat(400),
  '-1',
  'NaN',
  '2554-07-21',
  '9999-12-31',
  '18446744073709551614',
  '4294967296',
  'ES.c.0',
  'ALL_SYMBOLS',
  'instrument_id',
  'parent',
  '__proto__',
  'x'.repeat(20_000),
];

const send = (method: string, fields: Record<string, string>, verb: string): Promise<Response> => {
  const text = new URLSearchParams(fields).toString();
  return verb === 'GET'
    ? gateway.get(`/v0/${method}?${text}`)
    : fetch(`${gateway.url}/v0/${method}`, {
        method: verb,
        body: text,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
};

const isShape = (body: { detail?: unknown }): boolean => {
  const { detail } = body;
  if (Array.isArray(detail))
    return detail.every((fault: object) => 'loc' in fault && 'msg' in fault);
  return typeof detail === 'object' && detail !== null && 'message' in detail && 'docs' in detail;
};

describe.each(Object.entries(GOOD))('%s', (method, good) => {
  const verbs = /list|condition/.test(method) ? ['GET'] : ['GET', 'POST'];

  it('answers a good request', async () => {
    for (const verb of verbs) {
      const response = await send(method, good, verb);
      await response.arrayBuffer();
      expect([verb, response.status]).toEqual([verb, 200]);
    }
  });

  it.each(Object.keys(good))('refuses whatever is wrong with %s in its own form', async (name) => {
    for (const verb of verbs) {
      for (const value of HOSTILE) {
        const response = await send(method, { ...good, [name]: value }, verb);
        const text = Buffer.from(await response.arrayBuffer()).toString('latin1');
        const seen = `${verb} ${name}=${value.slice(0, 30)}: ${response.status}`;
        expect([seen, response.status < 500]).toEqual([seen, true]);
        expect([seen, response.headers.has('x-injected')]).toEqual([seen, false]);
        if (response.status < 400) continue;
        expect(text).not.toMatch(/SELECT |node_modules|\.js:\d|syntax error/);
        expect([seen, isShape(JSON.parse(text) as object)]).toEqual([seen, true]);
      }
    }
  });
});

describe('our own client', () => {
  it('reads refusals and gaps', async () => {
    const client = new HistoricalClient({ apiKey: 'db-any', baseUrl: gateway.url });
    const request = {
      dataset: 'GLBX.MDP3',
      schema: 'trades',
      symbols: ['ESU4'],
      start: '2024-07-01',
    } as const;
    expect(
      await client.getRecordCount({ ...request, stypeIn: 'raw_symbol', end: '2024-07-02' }),
    ).toBe(1);
    const nothing = {
      ...request,
      stypeIn: 'instrument_id',
      symbols: ['8'],
      end: '2024-07-02',
    } as const;
    await expect(client.getRecordCount(nothing)).rejects.toMatchObject({
      status: 422,
      case: 'data_not_held',
    });
  });

  it('is refused what no stored data can answer', async () => {
    const response = await fetch(`${gateway.url}/v0/batch.submit_job`, { method: 'POST' });
    const body = (await response.json()) as { detail: string };
    expect([response.status, typeof body.detail]).toEqual([404, 'string']);
  });
});

it('warns of days whose data are degraded', async () => {
  await gateway.storage.pool.query(
    `INSERT INTO dataset_day VALUES ('GLBX.MDP3', '2024-07-01', 'degraded'), ('GLBX.MDP3', '2024-07-02', 'degraded')`,
  );
  const response = await send('timeseries.get_range', range(), 'POST');
  expect(JSON.parse(response.headers.get('x-warning')!)).toEqual([
    'Warning: the request contains days of reduced quality: 2024-07-01 (degraded)',
  ]);
  await response.arrayBuffer();
  await gateway.storage.pool.query('DELETE FROM dataset_day');
});

it('is quiet, not refused, where what is held has no records', async () => {
  const fields = {
    ...range(),
    start: '2024-07-01T12:00',
    end: '2024-07-01T13:00',
    encoding: 'csv',
  };
  const response = await send('timeseries.get_range', fields, 'POST');
  expect([response.status, response.headers.get('x-warning')]).toEqual([200, null]);
  expect((await response.text()).split('\n')).toHaveLength(2);
});
