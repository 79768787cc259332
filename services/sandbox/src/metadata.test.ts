/** What the API says of its data, over real HTTP, asked by our own client. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HistoricalClient } from '@tapeline/databento';
import type { RangeRequest } from '@tapeline/databento';
import { ORDINAL, SCHEMA_NAMES, SCHEMAS } from '@tapeline/records';
import { at } from './domain/collect-records.js';
import { SyntheticMarket } from './domain/synthetic/synthetic-market.js';
import { SYNTHETIC_SCHEMAS } from './domain/synthetic/synthetic-schemas.js';
import { startSandbox } from './start-sandbox.js';
import type { Sandbox } from './start-sandbox.js';

const market = new SyntheticMarket({ seed: 1, tradesPerDay: 200 });
let sandbox: Sandbox;
let client: HistoricalClient;

const clientWith = (apiKey: string) =>
  new HistoricalClient({
    apiKey,
    baseUrl: sandbox.url,
    retry: { attempts: 3, baseMs: 1, capMs: 2 },
  });

beforeAll(async () => {
  sandbox = await startSandbox(market, { host: '127.0.0.1', port: 0, logger: false });
  client = clientWith('db-test');
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

describe('without a key', () => {
  it('says that it is well and which version it is', async () => {
    const answer = async (path: string) => (await fetch(sandbox.url + path)).json();
    expect(await answer('/healthz')).toEqual({ status: 'ok' });
    expect(await answer('/v0/')).toEqual({ 'api-version': 'v0' });
  });

  it('refuses everything else', async () => {
    await expect(clientWith('wrong').listDatasets()).rejects.toMatchObject({
      status: 401,
      case: 'auth_authentication_failed',
      requestId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    const response = await fetch(`${sandbox.url}/v0/metadata.list_datasets`);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Basic');
  });
});

const HEADER = ['length', 'rtype', 'publisher_id', 'instrument_id', 'ts_event'];

describe('metadata', () => {
  it('lists what there is', async () => {
    expect(await client.listDatasets()).toEqual(['GLBX.MDP3', 'XNAS.ITCH']);
    expect(await client.listDatasets({ startDate: '2030-01-01' })).toEqual([]);
    expect(await client.listSchemas('GLBX.MDP3')).toEqual(SYNTHETIC_SCHEMAS);
    expect(await client.listPublishers()).toContainEqual({
      publisherId: 2,
      dataset: 'XNAS.ITCH',
      venue: 'XNAS',
      description: 'Nasdaq TotalView-ITCH',
    });
    expect((await client.listFields('trades')).map(({ name }) => name)).toEqual([
      'length',
      'rtype',
      'publisher_id',
      'instrument_id',
      'ts_event',
      'price',
      'size',
      'action',
      'side',
      'flags',
      'depth',
      'ts_recv',
      'ts_in_delta',
      'sequence',
    ]);
    const range = { start: at('2024-01-01'), end: at('2026-10-31') };
    expect(await client.getDatasetRange('GLBX.MDP3')).toEqual({
      ...range,
      schemas: Object.fromEntries(SYNTHETIC_SCHEMAS.map((schema) => [schema, range])),
    });
    const prices = await client.listUnitPrices('GLBX.MDP3');
    for (const { prices: ofMode } of prices) {
      expect(Object.keys(ofMode).toSorted()).toEqual(SYNTHETIC_SCHEMAS.toSorted());
    }
  });

  it.each(SCHEMA_NAMES)('lists the fields of %s', async (schema) => {
    const described = SCHEMAS[schema].columns.filter(({ name }) => name !== ORDINAL);
    const names = (await client.listFields(schema)).map(({ name }) => name);
    expect(names.slice(0, 5)).toEqual(HEADER);
    expect(names.toSorted()).toEqual(
      ['length', 'rtype', ...described.map(({ name }) => name)].toSorted(),
    );
  });

  it('knows days without a session', async () => {
    const days = await client.getDatasetCondition({
      dataset: 'GLBX.MDP3',
      startDate: '2024-03-28',
      endDate: '2024-04-01',
    });
    expect(days.map(({ date }) => date)).toEqual(['2024-03-28', '2024-03-31', '2024-04-01']);
  });

  it('takes a query as well as a form', async () => {
    const query = 'dataset=GLBX.MDP3&symbols=ES.c.0&stype_in=continuous&start=2024-07-01';
    const response = await fetch(`${sandbox.url}/v0/metadata.get_record_count?${query}`, {
      headers: { authorization: `Basic ${btoa('db-test:')}` },
    });
    const day = { ...continuous, end: '2024-07-02' };
    expect(await response.json()).toBe(await client.getRecordCount(day));
  });
});

describe('symbology', () => {
  it('resolves parents to raw symbols', async () => {
    const resolution = await client.resolve({
      dataset: 'GLBX.MDP3',
      symbols: ['ES.FUT', 'XX.FUT'],
      stypeIn: 'parent',
      stypeOut: 'instrument_id',
      startDate: '2024-06-17',
      endDate: '2024-06-25',
    });
    expect(resolution.symbols).toEqual(['ES.FUT', 'XX.FUT']);
    expect(resolution.notFound).toEqual(['XX.FUT']);
    expect(resolution.partial).toContain('ESM4');
    expect(resolution.result['ESM4']).toEqual([
      { d0: '2024-06-17', d1: '2024-06-22', s: '100294' },
    ]);
  });
});
