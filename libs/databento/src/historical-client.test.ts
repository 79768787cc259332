import { describe, expect, it } from '@jest/globals';
import { DatabentoError } from './databento-error.js';
import { FakeClock } from './fake-clock.js';
import { HistoricalClient } from './historical-client.js';
import type { ClientOptions } from './client-options.js';
import { json, reply, reset, startScriptedServer } from './scripted-server.js';

const apiKey = 'db-0123456789abcdef0123456789ab';
const client = (baseUrl: string, options: Partial<ClientOptions> = {}) =>
  new HistoricalClient({
    apiKey,
    baseUrl,
    retry: { attempts: 4, baseMs: 1, capMs: 2 },
    ...options,
  });

const failure = async (call: Promise<unknown>): Promise<DatabentoError> => {
  const error = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(DatabentoError);
  return error as DatabentoError;
};

const esTrades = {
  dataset: 'GLBX.MDP3',
  schema: 'trades',
  symbols: ['ES.c.0', 'UD:1V: BO 2864311'],
  stypeIn: 'continuous',
  start: 1_719_792_000_000_000_001n,
  end: '2024-07-02',
  limit: 5,
} as const;

describe('requests', () => {
  it('posts forms, with the key as the user name', async () => {
    await using server = await startScriptedServer(reply(200, '120'));
    const count = await client(server.url, { userAgent: 'demo/1' }).getRecordCount(esTrades);
    expect(count).toBe(120);
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'POST', url: '/v0/metadata.get_record_count' });
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      dataset: 'GLBX.MDP3',
      schema: 'trades',
      symbols: 'ES.c.0,UD:1V: BO 2864311',
      stype_in: 'continuous',
      start: '1719792000000000001',
      end: '2024-07-02',
      limit: '5',
    });
    expect(request?.headers.authorization).toBe(
      `Basic ${Buffer.from(`${apiKey}:`).toString('base64')}`,
    );
    expect(request?.headers['user-agent']).toMatch(/^demo\/1 Node\/\d+\.\d+\.\d+ \w+\/\w+$/);
    expect(request?.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
  });

  it('gets with a query, without absent parameters', async () => {
    await using server = await startScriptedServer(
      json([{ date: '2024-07-01', condition: 'degraded', last_modified_date: null }]),
    );
    const request = { dataset: 'GLBX.MDP3', startDate: '2024-07-01' };
    expect(await client(server.url).getDatasetCondition(request)).toEqual([
      { date: '2024-07-01', condition: 'degraded', lastModifiedDate: null },
    ]);
    expect(server.requests[0]?.url).toBe(
      '/v0/metadata.get_dataset_condition?dataset=GLBX.MDP3&start_date=2024-07-01',
    );
  });

  it('refuses symbols that do not fit into one request, before sending anything', async () => {
    await using server = await startScriptedServer();
    const ask = (symbols: string[]) => client(server.url).getRange({ ...esTrades, symbols });
    const many = Array.from({ length: 2001 }, (_, index) => `S${index}`);
    await expect(ask(many)).rejects.toThrow(RangeError);
    await expect(ask(['ES,NQ'])).rejects.toThrow(RangeError);
    await expect(ask([])).rejects.toThrow(RangeError);
    expect(server.requests).toHaveLength(0);
    expect(() => client('http://x', { apiKey: '' })).toThrow(/DATABENTO_API_KEY/);
    expect(() => client('http://x', { apiKey: `${apiKey}\n` })).toThrow(/DATABENTO_API_KEY/);
    expect(() => client('http://user:secret@x')).toThrow(/holds credentials/);
  });

  it.each([0, -1, 1.5, NaN])('refuses a limit of %p', async (limit) => {
    await using server = await startScriptedServer();
    await expect(client(server.url).getCost({ ...esTrades, limit })).rejects.toThrow(RangeError);
    expect(server.requests).toHaveLength(0);
  });

  it('asks for 2,000 symbols at once', async () => {
    await using server = await startScriptedServer(reply(200, '1.5'));
    const symbols = Array.from({ length: 2_000 }, (_, index) => `S${index}`);
    expect(await client(server.url).getCost({ ...esTrades, symbols })).toBe(1.5);
    const form = new URLSearchParams(server.requests[0]?.body);
    expect(form.get('symbols')).toBe(symbols.join(','));
  });

  it('asks below a base URL with a path', async () => {
    await using server = await startScriptedServer(json([{ name: 'ts_event', type: 'uint64_t' }]));
    const fields = await client(`${server.url}/databento/`).listFields('mbo', { encoding: 'csv' });
    expect(fields).toEqual([{ name: 'ts_event', type: 'uint64_t' }]);
    expect(server.requests[0]?.url).toBe(
      '/databento/v0/metadata.list_fields?schema=mbo&encoding=csv',
    );
  });

  it('keeps to the rates', async () => {
    await using server = await startScriptedServer(json([]), json([]), json([]));
    const clock = new FakeClock();
    const rateLimits = { metadata: { calls: 2, perMs: 5_000 } };
    const sender = client(server.url, { clock, rateLimits });
    for (let call = 0; call < 3; call++) await sender.listDatasets();
    expect(clock.slept).toEqual([5_000]);
  });
});

describe('answers', () => {
  it('tells of warnings, whatever the call', async () => {
    const header = { 'x-warning': JSON.stringify(['Warning: a', 'DeprecationWarning: b']) };
    await using server = await startScriptedServer(reply(200, '7', header));
    const warnings: unknown[] = [];
    const onWarning: ClientOptions['onWarning'] = (warning) => warnings.push(warning);
    await client(server.url, { onWarning }).getRecordCount(esTrades);
    const about = { method: 'metadata.get_record_count', requestId: 'r-1' };
    expect(warnings).toEqual([
      { ...about, text: 'Warning: a' },
      { ...about, text: 'DeprecationWarning: b' },
    ]);
  });

  it('lets new words pass', async () => {
    await using server = await startScriptedServer(
      json([{ date: '2024-07-01', condition: 'restated', last_modified_date: '2024-07-02' }]),
    );
    const [day] = await client(server.url).getDatasetCondition({ dataset: 'GLBX.MDP3' });
    expect(day?.condition).toBe('restated');
  });

  it('reads prices and publishers', async () => {
    const publisher = { dataset: 'GLBX.MDP3', venue: 'GLBX', description: 'CME Globex MDP 3.0' };
    await using server = await startScriptedServer(
      json([{ mode: 'historical', unit_prices: { trades: 28 } }]),
      json([{ ...publisher, publisher_id: 1 }]),
    );
    const sender = client(server.url);
    expect(await sender.listUnitPrices('GLBX.MDP3')).toEqual([
      { mode: 'historical', prices: { trades: 28 } },
    ]);
    expect(await sender.listPublishers()).toEqual([{ ...publisher, publisherId: 1 }]);
  });

  it('reads both forms of times', async () => {
    await using server = await startScriptedServer(
      json({
        start: '2010-06-06T00:00:00.000000000Z',
        end: '2024-07-02 12:00:00+00:00',
        schema: {
          trades: {
            start: '2010-06-06 00:00:00.000000+00:00',
            end: '2024-07-02T12:00:00.000000001Z',
          },
        },
      }),
    );
    const start = 1_275_782_400_000_000_000n;
    const end = 1_719_921_600_000_000_000n;
    expect(await client(server.url).getDatasetRange('GLBX.MDP3')).toEqual({
      start,
      end,
      schemas: { trades: { start, end: end + 1n } },
    });
  });

  it('reads a resolution', async () => {
    const result = { 'ES.c.0': [{ d0: '2023-06-14', d1: '2023-06-15', s: '10245' }] };
    await using server = await startScriptedServer(
      json({ result, symbols: ['ES.c.0'], partial: ['ES.c.0'], not_found: [], status: 1 }),
    );
    const resolution = await client(server.url).resolve({
      dataset: 'GLBX.MDP3',
      symbols: ['ES.c.0'],
      stypeIn: 'continuous',
      stypeOut: 'instrument_id',
      startDate: '2023-06-14',
      endDate: '2023-06-17',
    });
    expect(resolution).toEqual({ result, symbols: ['ES.c.0'], partial: ['ES.c.0'], notFound: [] });
  });

  it.each([['-1'], ['1.5'], ['"7"'], ['<html>']])('does not accept %s as a count', async (text) => {
    await using server = await startScriptedServer(reply(200, text));
    const error = await failure(client(server.url).getBillableSize(esTrades));
    expect(error).toMatchObject({ status: 200, retryable: false, requestId: 'r-1' });
    expect(server.requests).toHaveLength(1);
  });
});

describe('errors', () => {
  const detail = {
    case: 'data_end_after_available_end',
    message: 'The `end` in the query is after the available range.',
    status_code: 422,
    docs: 'https://databento.com/docs',
    payload: { available_end: '2026-01-29T20:00:00.000000000Z' },
  };
  it.each([
    [
      422,
      { detail },
      { case: detail.case, payload: detail.payload, message: /after the available/ },
    ],
    [401, { detail: 'Not authenticated' }, { case: null, payload: null, message: /Not authenti/ }],
    [
      422,
      { detail: [{ loc: ['body', 'schema'], msg: 'unknown schema', type: 'enum' }] },
      { case: null, payload: null, message: /body\.schema: unknown schema/ },
    ],
    [404, 'plain text', { case: null, payload: null, message: /404: plain text/ }],
  ])('reads the body of %i', async (status, body, expected) => {
    await using server = await startScriptedServer(
      typeof body === 'string' ? reply(status, body) : json(body, status),
    );
    const error = await failure(client(server.url).listDatasets());
    expect(error).toMatchObject({
      status,
      case: expected.case,
      payload: expected.payload,
      requestId: 'r-1',
      retryable: false,
    });
    expect(error.message).toMatch(expected.message);
    expect(server.requests).toHaveLength(1);
  });
});

describe('retries', () => {
  it('repeats after 429, 5xx, 408 and lost connections', async () => {
    await using server = await startScriptedServer(
      reply(503, 'overloaded'),
      reset,
      reply(408, ''),
      json(['GLBX.MDP3']),
    );
    expect(await client(server.url).listDatasets()).toEqual(['GLBX.MDP3']);
    expect(server.requests).toHaveLength(4);
  });

  it('waits as long as the server asks, and so do other calls of the kind', async () => {
    await using server = await startScriptedServer(
      reply(429, '', { 'retry-after': '7' }),
      reply(200, '7'),
    );
    const clock = new FakeClock();
    const told: string[] = [];
    const onRetry: ClientOptions['onRetry'] = ({ method, error, failures }) =>
      told.push(`${method} ${error.name} ${failures}`);
    const sender = client(server.url, { clock, onRetry });
    expect(await sender.getRecordCount(esTrades)).toBe(7);
    expect(clock.monotonic()).toBeGreaterThanOrEqual(7_000);
    expect(clock.monotonic()).toBeLessThan(7_010);
    expect(told).toEqual(['metadata.get_record_count RateLimitedError 1']);
  });

  it('gives up with the last error', async () => {
    await using server = await startScriptedServer();
    const error = await failure(client(server.url).listDatasets());
    expect(error).toMatchObject({ status: 500, retryable: true });
    expect(server.requests).toHaveLength(4);
  });

  it('stops when the caller does', async () => {
    await using server = await startScriptedServer(reply(429, '', { 'retry-after': '60' }));
    const stop = new AbortController();
    const call = client(server.url).listDatasets({}, stop.signal);
    setTimeout(() => stop.abort(new Error('enough')), 50);
    await expect(call).rejects.toThrow('enough');
  });
});
