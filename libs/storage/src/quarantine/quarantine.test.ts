import { beforeEach, expect, it } from '@jest/globals';
import type { ReplayCommand } from '@tapeline/contracts';
import { sampleBatch, SCHEMAS } from '@tapeline/records';
import { savePlan, chunkOf, eventOf } from '../jobs/job-fixture.js';
import { projectEvent } from '../jobs/project-event.js';
import { readJob } from '../jobs/read-jobs.js';
import { settleChunk } from '../jobs/settle-chunk.js';
import { beginReplay } from '../replay/begin-replay.js';
import type { Storage } from '../storage.js';
import { DATASET, DAY, DAY_START, headerOf, trades } from '../test-batches.js';
import { eachWithStorage } from '../test-storage.js';
import { recordAsJson, writeQuarantine } from '../write/write-quarantine.js';
import { discardQuarantine } from './discard-quarantine.js';
import { purgeQuarantine } from './purge-quarantine.js';
import { countQuarantine, quarantineStats } from './quarantine-stats.js';
import type { QuarantineGrouping } from './quarantine-stats.js';
import type { QuarantineQuery } from './quarantine-conditions.js';
import { readQuarantine, readQuarantinedRecord } from './read-quarantine.js';

const REPLAY: ReplayCommand = { source: 'quarantine', filter: {}, dry_run: false };

let storage: Storage;
eachWithStorage(4, (opened) => (storage = opened));

/** Four refused trades of instrument 1 in chunk `c`: two on either side of midnight. */
beforeEach(async () => {
  const batch = trades(4, DAY_START + DAY - 2_000_000_000n);
  await savePlan(storage, 'j', [chunkOf('c')]);
  const header = headerOf(batch.slice(0, 0), 'c', 0, { quarantined: 4, part: 'quarantined.0' });
  const rules = ['high', 'high', 'low', 'high'];
  await writeQuarantine(storage, header, batch, rules, ['a', 'b', 'c', 'd']);
  for (const [symbol, d0, d1] of [
    ['ESU4', '2024-07-01', '2024-07-02'],
    ['ESZ4', '2024-07-02', '2024-07-03'],
  ]) {
    await storage.pool.query(`INSERT INTO symbology VALUES ($1, 'raw_symbol', $2, 1, $3, $4)`, [
      DATASET,
      symbol,
      d0,
      d1,
    ]);
  }
});

const ordinals = async (query: Parameters<typeof readQuarantine>[1]): Promise<string[]> =>
  (await readQuarantine(storage, query, { limit: 10 })).map(({ ordinal }) => ordinal);
const setState = (ordinal: number, state: string, days: number) =>
  storage.pool.query(
    `UPDATE quarantine SET state = $2, resolved_at = now() - make_interval(days => $3) WHERE ordinal = $1`,
    [ordinal, state, days],
  );

it('reads pages, the last refused first, each record with all that is known of it', async () => {
  const [first, second, ...rest] = await readQuarantine(storage, {}, { limit: 2 });
  expect([first!.ordinal, second!.ordinal, rest]).toEqual(['3', '2', []]);
  const page = await readQuarantine(storage, {}, { limit: 2, before: second!.id });
  expect(page.map(({ ordinal }) => ordinal)).toEqual(['1', '0']);
  expect(first).toEqual({
    id: expect.stringMatching(/^\d+$/),
    state: 'open',
    severity: 'error',
    dataset: DATASET,
    schema: 'trades',
    instrument_id: 1,
    symbol: 'ESZ4',
    ts_ns: String(DAY_START + DAY + 1_000_000_000n),
    rule: 'high',
    reason: 'd',
    job_id: 'job',
    chunk_id: 'c',
    batch_id: 'c.0',
    ordinal: '3',
    rules_version: 'rules',
    refused_at: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/),
    resolved_at: null,
    replay_id: null,
    record: recordAsJson(trades(4, DAY_START + DAY - 2_000_000_000n), 3),
  });
  expect(page[0]!.symbol).toBe('ESU4');
  expect(await readQuarantinedRecord(storage, first!.id)).toEqual(first);
  expect(await readQuarantinedRecord(storage, '999999999')).toBeUndefined();
});

it.each([
  [{ rule: 'high' }, ['3', '1', '0']],
  [{ symbol: 'ESU4' }, ['1', '0']],
  [{ symbol: 'ESU4', rule: 'low' }, []],
  [{ dataset: DATASET, schema: 'trades' as const, instrument_id: 1 }, ['3', '2', '1', '0']],
  [{ instrument_id: 2 }, []],
  [{ job_id: 'job', chunk_id: 'c' }, ['3', '2', '1', '0']],
  [{ until: '2020-01-01T00:00:00Z' }, []],
  [{ since: '2020-01-01T00:00:00Z', state: 'open' as const }, ['3', '2', '1', '0']],
  [{ state: 'discarded' as const }, []],
  [{ severity: 'warn' }, []],
])('finds by %j', async (query, expected) => {
  expect(await ordinals(query)).toEqual(expected);
  expect(await countQuarantine(storage, query)).toBe(expected.length);
});

it('keeps 64-bit values and strange letters as they were', async () => {
  const batch = sampleBatch(SCHEMAS.definition, 5);
  const header = headerOf(batch.slice(0, 0), 'd', 0, { quarantined: 5, part: 'quarantined.0' });
  const rules = Array(5).fill('r') as string[];
  await writeQuarantine(storage, { ...header, schema: 'definition' }, batch, rules, rules);
  const records = await readQuarantine(storage, { schema: 'definition' }, { limit: 5 });
  expect(records.map(({ record }) => record)).toEqual(
    [4, 3, 2, 1, 0].map((row) => recordAsJson(batch, row)),
  );
});

it('counts by cause, the most open ones first', async () => {
  await setState(2, 'discarded', 1);
  await storage.pool.query('UPDATE quarantine SET ts_ns = NULL WHERE ordinal = 3');
  const groups = async (...[query, by]: [QuarantineQuery, QuarantineGrouping]) =>
    (await quarantineStats(storage, query, by)).groups;
  expect(await groups({}, 'rule')).toMatchObject([
    { key: 'high', records: 3, open: 3, discarded: 0, example: 'd' },
    { key: 'low', records: 1, open: 0, discarded: 1, example: 'c' },
  ]);
  expect(await groups({}, 'day')).toMatchObject([
    { key: '2024-07-01', open: 2 },
    { key: 'none', open: 1 },
    { key: '2024-07-02', open: 0, records: 1 },
  ]);
  expect(await groups({ rule: 'low' }, 'instrument')).toMatchObject([
    { key: `${DATASET}/1`, symbol: 'ESZ4', records: 1 },
  ]);
  for (const by of ['schema', 'dataset', 'job'] as const) {
    expect(await groups({}, by)).toMatchObject([{ records: 4, open: 3 }]);
  }
  expect(await quarantineStats(storage, { rule: 'none' }, 'rule')).toEqual({
    groups: [],
    records: 0,
    open: 0,
  });
});

it('sums more groups than it shows', async () => {
  await storage.pool.query(
    `INSERT INTO quarantine (dataset, schema, chunk_id, batch_id, job_id, ordinal, instrument_id, rule, reason, record, rules_version)
     SELECT 'X', 'trades', 'd', 'd.0', 'j', n, n, 'r', 'why', '{}', 'v' FROM generate_series(1, 1000) n`,
  );
  await setState(1000, 'discarded', 1);
  const { groups, ...sums } = await quarantineStats(storage, {}, 'instrument');
  expect([groups.length, sums]).toEqual([1000, { records: 1004, open: 1003 }]);
  expect(groups[0]).toMatchObject({ key: `${DATASET}/1`, open: 4 });
});

it('discards what is open, but nothing of a replay under way and nothing that came later', async () => {
  const now = new Date(Date.now() + 60_000);
  await beginReplay(storage, 'r', { ...REPLAY, filter: { rule: 'low' } });
  expect(await discardQuarantine(storage, {}, new Date(0))).toBe(0);
  expect(await discardQuarantine(storage, { rule: 'high' }, now)).toBe(3);
  expect(await discardQuarantine(storage, {}, now)).toBe(0);
  expect(await ordinals({ state: 'open' })).toEqual(['2']);
  await storage.pool.query(`UPDATE replay SET state = 'failed'`);
  expect(await discardQuarantine(storage, {}, now)).toBe(1);
});

it.each([
  ['discarded', () => discardQuarantine(storage, {}, new Date(Date.now() + 60_000)), 3],
  ['begun', () => beginReplay(storage, 's', REPLAY), expect.objectContaining({ selected: 3 })],
])('takes no record that a replay is just marking when others are %s', async (_, take, taken) => {
  const holder = await storage.pool.connect();
  await holder.query(`BEGIN; SELECT FROM quarantine WHERE rule = 'low' FOR UPDATE`);
  const marking = beginReplay(storage, 'r', { ...REPLAY, filter: { rule: 'low' } });
  await untilWaiting(1);
  const taking = take();
  await untilWaiting(2);
  await holder.query('COMMIT');
  holder.release();
  expect(await marking).toMatchObject({ selected: 1 });
  expect(await taking).toEqual(taken);
  expect(await readQuarantine(storage, { rule: 'low' }, { limit: 1 })).toMatchObject([
    { state: 'open', replay_id: 'r' },
  ]);
});

/** Resolves once so many sessions wait for a lock. */
async function untilWaiting(sessions: number): Promise<void> {
  for (let waiting = 0; waiting < sessions;) {
    const { rows } = await storage.pool.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    waiting = rows[0]!.n;
  }
}

it('forgets portion after portion', async () => {
  await storage.pool.query(
    `INSERT INTO quarantine (dataset, schema, chunk_id, batch_id, job_id, ordinal, instrument_id, rule, reason, record, rules_version, state, resolved_at)
     SELECT 'X', 'trades', 'd', 'd.0', 'j', n, n, 'r', 'why', '{}', 'v',
            CASE WHEN n % 3 = 0 THEN 'open' ELSE 'discarded' END, now() - interval '31 days'
       FROM generate_series(0, 44999) n`,
  );
  expect(await purgeQuarantine(storage, 30)).toBe(30_000);
  expect(await countQuarantine(storage, { state: 'discarded' })).toBe(0);
  expect(await countQuarantine(storage, { dataset: 'X' })).toBe(15_000);
});

it('forgets what was resolved long ago, never what is open, and every sum stays', async () => {
  await projectEvent(storage, eventOf.planned('j'));
  await projectEvent(storage, eventOf.chunkFetched('j', 'c', 4));
  await settleChunk(storage, 'c');
  await setState(0, 'open', 100);
  await setState(1, 'replayed', 31);
  await setState(2, 'discarded', 29);
  await setState(3, 'superseded', 400);
  expect(await purgeQuarantine(storage, 30)).toBe(2);
  expect(await ordinals({})).toEqual(['2', '0']);
  expect(await purgeQuarantine(storage, 30)).toBe(0);
  expect(await readJob(storage, 'j')).toMatchObject({ quarantined: 4, holds: true });
});
