/** Who is let in, over HTTP: keys of the database, their roles, limits and quotas. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apiKeyId, newApiKey } from '@tapeline/contracts';
import { parseTimestamp } from '@tapeline/records';
import { createApiKey, NO_LIMITS, revokeApiKey } from '@tapeline/storage';
import type { ApiKeyLimits } from '@tapeline/storage';
import { testDatabase, testNats } from '@tapeline/testing';
import type { TestDatabase, TestNats } from '@tapeline/testing';
import { startTestGateway, tradesBatch } from '../start-test-gateway.js';
import type { TestGateway } from '../start-test-gateway.js';

const OPERATOR_KEY = newApiKey();
const DAY = parseTimestamp('2024-07-01');
const ROWS = 20_000;
let database: TestDatabase;
let nats: TestNats;
let gateway: TestGateway;

beforeAll(async () => {
  database = await testDatabase();
  nats = await testNats();
  gateway = await startTestGateway(database, nats, {
    access: { auth: 'keys', operatorKey: OPERATOR_KEY },
    corsOrigins: ['https://charts.example'],
  });
  const rows = Array.from({ length: ROWS }, (_, ordinal) => ({
    tsRecv: DAY + BigInt(ordinal),
    instrumentId: 1,
    ordinal,
  }));
  await gateway.store(tradesBatch(rows));
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([database.drop(), nats.stop()]);
});

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const basic = (user: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:`).toString('base64')}`,
});

const makeKey = (
  limits: Partial<ApiKeyLimits> = {},
  role: 'reader' | 'operator' = 'reader',
  expiresAt: Date | null = null,
) =>
  createApiKey(gateway.storage, {
    name: 'test key',
    role,
    expiresAt,
    limits: { ...NO_LIMITS, ...limits },
  });

async function refusal(response: Response): Promise<Record<string, unknown>> {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  return (await response.json()) as Record<string, unknown>;
}

describe('a key', () => {
  it('is needed for everything but health', async () => {
    for (const path of ['/healthz', '/readyz']) expect((await gateway.get(path)).status).toBe(200);
    const response = await gateway.get('/v1/jobs');
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="tapeline"');
    expect(await refusal(response)).toMatchObject({
      type: 'urn:tapeline:problem:key-missing',
      status: 401,
      remedy: expect.stringContaining('tapeline keys create'),
    });
  });

  it('comes as bearer, in a header of its own, or as a user name', async () => {
    const key = await makeKey();
    for (const headers of [
      bearer(key),
      { authorization: `bearer ${key}` },
      { 'x-api-key': key },
      basic(key),
    ]) {
      expect((await gateway.get('/v1/jobs', headers)).status).toBe(200);
    }
  });

  it('that is none is refused, whatever is wrong with it', async () => {
    const key = await makeKey();
    const wrong = key.slice(0, -1) + (key.endsWith('a') ? 'b' : 'a');
    for (const headers of [
      bearer(wrong),
      bearer(newApiKey()),
      bearer('undefined'),
      basic(''),
      basic('a:b'),
      { 'x-api-key': "tl_' OR 1=1" },
      { 'x-api-key': key.toLowerCase() },
    ]) {
      const response = await gateway.get('/v1/jobs', headers);
      expect(await refusal(response)).toMatchObject({
        type: 'urn:tapeline:problem:key-refused',
        status: 401,
        detail: 'there is no such key',
      });
    }
    for (const headers of [{ authorization: 'Bearer' }, { authorization: `Token ${key}` }]) {
      const response = await gateway.get('/v1/jobs', headers);
      expect(await refusal(response)).toMatchObject({ type: 'urn:tapeline:problem:key-missing' });
    }
  });

  it('that expired or was revoked is refused, and its holder told so', async () => {
    const expired = await makeKey({}, 'reader', new Date('2020-01-01'));
    expect(await refusal(await gateway.get('/v1/jobs', bearer(expired)))).toMatchObject({
      status: 401,
      detail: 'the key expired on 2020-01-01T00:00:00.000Z',
    });
    const revoked = await makeKey();
    await revokeApiKey(gateway.storage, apiKeyId(revoked)!);
    expect(await refusal(await gateway.get('/v1/jobs', bearer(revoked)))).toMatchObject({
      status: 401,
      detail: expect.stringMatching(/^the key was revoked on /),
    });
  });

  it("of a reader does not write; an operator's does", async () => {
    const submit = (key: string) =>
      fetch(`${gateway.url}/v1/jobs`, {
        method: 'POST',
        headers: { ...bearer(key), 'content-type': 'application/json' },
        body: JSON.stringify({ file: '/data/x.dbn' }),
      });
    expect(await refusal(await submit(await makeKey()))).toMatchObject({
      type: 'urn:tapeline:problem:operator-needed',
      status: 403,
    });
    expect((await submit(await makeKey({}, 'operator'))).status).toBe(202);
    expect((await submit(OPERATOR_KEY)).status).toBe(202);
  });
});

describe('limits of a key', () => {
  it('are requests a minute', async () => {
    const headers = bearer(await makeKey({ requestsPerMinute: 2 }));
    expect((await gateway.get('/v1/jobs', headers)).status).toBe(200);
    expect((await gateway.get('/v1/jobs', headers)).status).toBe(200);
    const response = await gateway.get('/v1/jobs', headers);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refusal(response)).toMatchObject({
      type: 'urn:tapeline:problem:too-many-requests',
      status: 429,
    });
    // Another's are not counted.
    expect((await gateway.get('/v1/jobs', bearer(await makeKey()))).status).toBe(200);
  });

  const records = { symbols: 'ALL_SYMBOLS', encoding: 'json' };
  const all = (): string => gateway.timeseries(records);

  it('are answers at a time, counted until they end', async () => {
    const headers = bearer(await makeKey({ concurrentRequests: 1 }));
    // Its body is larger than what sockets hold, so it goes on until it is read.
    const first = await gateway.get(all(), headers);
    const second = await gateway.get('/v1/jobs', headers);
    expect(await refusal(second)).toMatchObject({
      status: 429,
      detail: "'test key' may have 1 answers under way at a time",
    });
    await first.text();
    expect((await gateway.get('/v1/jobs', headers)).status).toBe(200);
  });

  it('are bytes of an answer, beyond which its connection is cut', async () => {
    const headers = bearer(await makeKey({ maxBytes: 100_000 }));
    const response = await gateway.get(all(), headers);
    await expect(response.text()).rejects.toThrow(/./u);
    const short = await gateway.get(gateway.timeseries({ ...records, limit: '10' }), headers);
    expect(await short.json()).toMatchObject({ complete: true });
  });

  it('are bytes a day', async () => {
    const headers = bearer(await makeKey({ bytesPerDay: 1000 }));
    const ten = gateway.timeseries({ ...records, limit: '10' });
    await (await gateway.get(ten, headers)).text();
    const response = await gateway.get(ten, headers);
    expect(Number(response.headers.get('retry-after'))).toBeLessThanOrEqual(86_400);
    expect(await refusal(response)).toMatchObject({
      type: 'urn:tapeline:problem:quota-used-up',
      status: 429,
      detail: "'test key' may be sent 1000 bytes a day, and was",
    });
  });
});

describe('pages of others', () => {
  const from = (origin: string) => ({ ...bearer(OPERATOR_KEY), origin });

  it('may call the gateway if they are allowed to', async () => {
    const response = await gateway.get('/v1/jobs', from('https://charts.example'));
    expect(response.headers.get('access-control-allow-origin')).toBe('https://charts.example');
    const preflight = await fetch(`${gateway.url}/v1/jobs`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://charts.example',
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization',
      },
    });
    expect(preflight.status).toBe(204);
  });

  it('may not otherwise', async () => {
    const response = await gateway.get('/v1/jobs', from('https://evil.example'));
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });
});

it('gives each request an id of its own, whatever its sender says', async () => {
  const ids = await Promise.all(
    [1, 2].map(async () => {
      const response = await gateway.get('/healthz', { 'request-id': 'x', 'x-request-id': 'x' });
      return response.headers.get('x-request-id');
    }),
  );
  expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
  expect(ids[1]).not.toBe(ids[0]);
});
