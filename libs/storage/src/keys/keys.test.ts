import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { apiKeyDigest, apiKeyId } from '@tapeline/contracts';
import { testDatabase } from '@tapeline/testing';
import type { TestDatabase } from '@tapeline/testing';
import { migrate } from '../schema/migrate.js';
import { Storage } from '../storage.js';
import { createApiKey, NO_LIMITS, readApiKey, readApiKeys, revokeApiKey } from './index.js';

let database: TestDatabase;
let storage: Storage;

beforeAll(async () => {
  database = await testDatabase();
  await migrate(database.url);
  storage = Storage.open({ url: database.url, connections: 1 });
});
afterAll(async () => {
  await storage.close();
  await database.drop();
});

it('keeps of a key its digest, and gives back what it was made with', async () => {
  const limits = { ...NO_LIMITS, rowsPerDay: 2 ** 40, maxBytes: 2 ** 45, maxSeconds: 60 };
  const expiresAt = new Date('2030-01-01');
  const key = await createApiKey(storage, { name: 'desk', role: 'reader', expiresAt, limits });
  const id = apiKeyId(key)!;
  expect(await readApiKey(storage, id)).toEqual({
    id,
    digest: apiKeyDigest(key),
    name: 'desk',
    role: 'reader',
    createdAt: expect.any(Date),
    expiresAt,
    revokedAt: null,
    limits,
  });
  const { rows } = await storage.pool.query<{ text: string }>('SELECT k::text FROM api_key k');
  expect(JSON.stringify(rows)).not.toContain(key.slice(11));
});

it('revokes a key once, and lists the latest first', async () => {
  const key = await createApiKey(storage, {
    name: 'ops',
    role: 'operator',
    expiresAt: null,
    limits: NO_LIMITS,
  });
  const id = apiKeyId(key)!;
  expect(await revokeApiKey(storage, id)).toBe(true);
  expect(await revokeApiKey(storage, id)).toBe(false);
  expect(await revokeApiKey(storage, 'nokey')).toBe(false);
  expect(await readApiKey(storage, 'nokey')).toBeUndefined();
  expect(await readApiKeys(storage)).toMatchObject([
    { name: 'ops', revokedAt: expect.any(Date) },
    { name: 'desk', revokedAt: null },
  ]);
});
