import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CONSUMERS } from '@tapeline/contracts';
import { connectBus } from '@tapeline/bus';
import type { Bus } from '@tapeline/bus';
import { parseTimestamp } from '@tapeline/records';
import { testDatabase, testNats } from '@tapeline/testing';
import type { TestDatabase, TestNats } from '@tapeline/testing';
import { DATASET, startTestGateway } from './start-test-gateway.js';
import type { TestGateway } from './start-test-gateway.js';

const CHUNK = 'c0ffee00c0ffee00c0ff';
const TIME = parseTimestamp('2024-07-01T13:30:00.123456789Z');
let database: TestDatabase;
let nats: TestNats;
let gateway: TestGateway;
let bus: Bus;

beforeAll(async () => {
  database = await testDatabase();
  nats = await testNats();
  gateway = await startTestGateway(database, nats);
  bus = await connectBus({ url: nats.url, name: 'test' });
  await gateway.map('raw_symbol', 'ESU4', 5602, '2024-07-01', '2024-07-02');
  for (const [ordinal, rule, state] of [
    [0, 'price_undefined', 'open'],
    [1, 'size_not_positive', 'open'],
    [2, 'price_undefined', 'discarded'],
  ]) {
    await gateway.storage.pool.query(
      `INSERT INTO quarantine (dataset, schema, chunk_id, batch_id, job_id, ordinal, instrument_id, ts_ns, rule, reason, record, rules_version, state)
       VALUES ($1, 'trades', $2, 'b', 'j', $3, 5602, $4, $5, 'why', $6, 'v', $7)`,
      [
        DATASET,
        CHUNK,
        ordinal,
        TIME,
        rule,
        { ts_recv: String(TIME), price: '-250000000', size: 0 },
        state,
      ],
    );
  }
  await gateway.storage.pool.query(
    `INSERT INTO replay (replay_id, command, state, selected, stored) VALUES ('old', $1, 'completed', 3, 2)`,
    [{ source: 'quarantine', filter: {}, dry_run: true }],
  );
  await gateway.storage.pool.query(
    `INSERT INTO chunk (chunk_id, dataset, schema, request, start_ns, end_ns, state) VALUES ($1, $2, 'trades', '{}', $3, $4, 'complete')`,
    [CHUNK, DATASET, TIME, TIME + 1n],
  );
  await gateway.storage.pool.query(
    `INSERT INTO finding (chunk_id, "check", instrument_id, start_ns, end_ns, severity, message, details, rules_version)
     VALUES ($1, 'gaps', 5602, $2, $3, 'info', 'silent', '{}', 'v')`,
    [CHUNK, TIME, TIME + 5n],
  );
});
afterAll(async () => {
  await bus.close();
  await gateway.stop();
  await Promise.all([database.drop(), nats.stop()]);
});

const read = async <T = Record<string, unknown>>(path: string): Promise<T> => {
  const response = await gateway.get(path);
  expect([path, response.status]).toEqual([path, 200]);
  return (await response.json()) as T;
};
const post = (path: string, body: unknown): Promise<Response> =>
  fetch(gateway.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
interface Page {
  readonly records: readonly { readonly id: string; readonly ordinal: string }[];
  readonly next_cursor: string | null;
}

it('lists what is open, page by page', async () => {
  const page = await read<Page>('/v1/quarantine?limit=1');
  expect(page.records.map(({ ordinal }) => ordinal)).toEqual(['1']);
  expect(page.next_cursor).toBe(page.records[0]!.id);
  const next = await read<Page>(`/v1/quarantine?limit=1&cursor=${page.next_cursor}`);
  expect(next.records.map(({ ordinal }) => ordinal)).toEqual(['0']);
  expect(next.next_cursor).toBeNull();
  const last = await read<Page>(`/v1/quarantine?limit=5&cursor=${next.records[0]!.id}`);
  expect(last).toEqual({ records: [], next_cursor: null });
  const filter = `state=all&symbol=ESU4&rule=price_undefined&instrument_id=5602&since=2020-01-01`;
  const found = await read<Page>(`/v1/quarantine?${filter}`);
  expect(found.records.map(({ ordinal }) => ordinal)).toEqual(['2', '0']);
});

it('shows one with prices and times as people read them', async () => {
  const { records } = await read<Page>('/v1/quarantine?limit=1');
  expect(await read(`/v1/quarantine/${records[0]!.id}`)).toMatchObject({
    symbol: 'ESU4',
    ts_ns: String(TIME),
    record: { price: '-250000000' },
    decimals: { price: '-0.250000000' },
    times: { ts_recv: '2024-07-01T13:30:00.123456789Z' },
  });
  for (const id of ['999', 'x', '9'.repeat(19), '1'.repeat(30)]) {
    const response = await gateway.get(`/v1/quarantine/${id}`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ remedy: expect.stringContaining('state=all') });
  }
});

it('tells what the database is', async () => {
  expect(await read('/v1/system')).toMatchObject({
    database: { kind: 'native', version: null, missing: [expect.any(String)] },
  });
});

it('counts by cause', async () => {
  expect(await read('/v1/quarantine/stats')).toMatchObject({
    by: 'rule',
    records: 3,
    open: 2,
    groups: [
      { key: 'price_undefined', records: 2, open: 1, discarded: 1 },
      { key: 'size_not_positive', records: 1, open: 1 },
    ],
  });
  expect(await read('/v1/quarantine/stats?by=instrument&state=open')).toMatchObject({
    groups: [{ key: `${DATASET}/5602`, symbol: 'ESU4', records: 2 }],
  });
});

it('lists replays and findings', async () => {
  expect(await read('/v1/replays')).toMatchObject({
    replays: [{ replay_id: 'old', dry_run: true, selected: 3, stored: 2, ended_at: null }],
  });
  expect(await read('/v1/replays/old')).toMatchObject({ state: 'completed' });
  for (const id of ['new', 'a%00']) {
    expect((await gateway.get(`/v1/replays/${id}`)).status).toBe(404);
  }
  expect(await read('/v1/findings?check=gaps&severity=info')).toMatchObject({
    findings: [{ chunk_id: CHUNK, instrument_id: 5602, start: '2024-07-01T13:30:00.123456789Z' }],
  });
  expect(await read('/v1/findings?check=monotonic')).toEqual({ findings: [] });
});

it.each([
  ['/v1/quarantine?rul=x', 'rul: is not a parameter'],
  ['/v1/quarantine?limit=0', 'limit: is at least 1'],
  ['/v1/quarantine?state=gone', 'a state is one of'],
  ['/v1/quarantine?since=yesterday', 'is not a time'],
  ['/v1/quarantine?cursor=abc', 'next_cursor'],
  [`/v1/quarantine?cursor=${'9'.repeat(19)}`, 'next_cursor'],
  [`/v1/quarantine?ids=1,${'9'.repeat(19)}`, 'an id has 1 to 18 digits'],
  ['/v1/quarantine?rule=a%00', 'rule: holds a NUL'],
  ['/v1/quarantine/stats?symbol=a%00', 'symbol: holds a NUL'],
  ['/v1/findings?check=a%00', 'check: holds a NUL'],
  ['/v1/quarantine?schema=trade', "'trade' is no schema"],
  ['/v1/quarantine?rule=a&rule=b', 'is given more than once'],
  ['/v1/quarantine/stats?by=weekday', 'by: is one of rule, schema'],
  ['/v1/findings?limit=x', 'limit: is a whole number'],
  ['/v1/replays?limit=-1', 'limit: is a whole number from 1 to 1000'],
])('refuses %s', async (path, message) => {
  const response = await gateway.get(path);
  expect(response.status).toBe(400);
  expect(((await response.json()) as { detail: string }).detail).toContain(message);
});

/** The last command on a subject. */
const commandOn = async (filter: readonly string[]): Promise<unknown> =>
  (await bus.jsm.streams.getMessage('INGEST_COMMANDS', { last_by_subj: filter[0]! }))?.json();

it('passes commands on to the bus, and no faulty ones', async () => {
  const replay = await post('/v1/quarantine/replay', {
    source: 'quarantine',
    filter: { rule: 'a' },
  });
  expect(replay.status).toBe(202);
  const { replay_id: id } = (await replay.json()) as { replay_id: string };
  expect(replay.headers.get('location')).toBe(`/v1/replays/${id}`);
  expect(await commandOn(CONSUMERS.replay.filter)).toEqual({
    source: 'quarantine',
    filter: { rule: 'a' },
    dry_run: false,
    replay_id: id,
  });
  const again = await post('/v1/quarantine/replay', { replay_id: 'old', source: 'quarantine' });
  expect(again.status).toBe(409);

  const discard = await post('/v1/quarantine/discard', { filter: { rule: 'price_undefined' } });
  expect([discard.status, await discard.json()]).toEqual([
    202,
    { discard_id: expect.any(String), matching: 1 },
  ]);
  expect(await commandOn(CONSUMERS.discard.filter)).toMatchObject({
    filter: { rule: 'price_undefined' },
  });
  for (const [path, body, detail] of [
    ['replay', { source: 'archive' }, 'by job_id or chunk_id'],
    ['discard', {}, 'means every refused record'],
    ['discard', { filter: { rul: 'x' } }, 'rul'],
    ['discard', { filter: { rule: '\0' } }, 'holds a NUL'],
    ['replay', { source: 'quarantine', filter: { ids: ['9'.repeat(19)] } }, '1 to 18 digits'],
  ] as const) {
    const refused = await post(`/v1/quarantine/${path}`, body);
    expect(refused.status).toBe(422);
    expect(((await refused.json()) as { detail: string }).detail).toContain(detail);
  }
});
