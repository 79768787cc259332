import { beforeEach, expect, it } from '@jest/globals';
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
import { readQuarantine, readQuarantinedRecord } from './read-quarantine.js';

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
  expect(await quarantineStats(storage, {}, 'rule')).toMatchObject([
    { key: 'high', records: 3, open: 3, discarded: 0, example: 'd' },
    { key: 'low', records: 1, open: 0, discarded: 1, example: 'c' },
  ]);
  expect(await quarantineStats(storage, {}, 'day')).toMatchObject([
    { key: '2024-07-01', open: 2 },
    { key: '2024-07-02', open: 1, records: 2 },
  ]);
  expect(await quarantineStats(storage, { rule: 'high' }, 'instrument')).toMatchObject([
    { key: `${DATASET}/1`, symbol: 'ESZ4', records: 3 },
  ]);
  for (const by of ['schema', 'dataset', 'job'] as const) {
    expect(await quarantineStats(storage, {}, by)).toMatchObject([{ records: 4, open: 3 }]);
  }
});

it('discards what is open, but nothing of a replay under way and nothing that came later', async () => {
  const now = new Date(Date.now() + 60_000);
  await beginReplay(storage, 'r', {
    source: 'quarantine',
    filter: { rule: 'low' },
    dry_run: false,
  });
  expect(await discardQuarantine(storage, {}, new Date(0))).toBe(0);
  expect(await discardQuarantine(storage, { rule: 'high' }, now)).toBe(3);
  expect(await discardQuarantine(storage, {}, now)).toBe(0);
  expect(await ordinals({ state: 'open' })).toEqual(['2']);
  await storage.pool.query(`UPDATE replay SET state = 'failed'`);
  expect(await discardQuarantine(storage, {}, now)).toBe(1);
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
