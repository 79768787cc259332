import { beforeEach, expect, it } from '@jest/globals';
import type { QuarantineFilter, ReplayCommand, RuleOutcome } from '@tapeline/contracts';
import { chunkOf, eventOf, savePlan } from '../jobs/job-fixture.js';
import { projectEvent } from '../jobs/project-event.js';
import { readJob } from '../jobs/read-jobs.js';
import { settleChunk } from '../jobs/settle-chunk.js';
import { ColumnarBatch, SCHEMAS } from '@tapeline/records';
import type { Storage } from '../storage.js';
import { DAY_START, headerOf, trades } from '../test-batches.js';
import { writeBatch } from '../write/write-batch.js';
import { writeQuarantine } from '../write/write-quarantine.js';
import { beginReplay } from './begin-replay.js';
import { planChunkReplay } from './plan-chunk-replay.js';
import { storeReplayed } from './store-replayed.js';
import { eachWithStorage } from '../test-storage.js';

let storage: Storage;

const CHUNK = 'c0ffee00c0ffee00c0ff';

eachWithStorage(4, (opened) => (storage = opened));
beforeEach(async () => {
  await refuse();
});

/** Trades of a chunk's one batch: those at the positions given. */
const at = (...ordinals: number[]) => trades(10).take(Uint32Array.from(ordinals));
const header = (changes: Parameters<typeof headerOf>[3] = {}) =>
  headerOf(at(), CHUNK, 0, { fetched: 10, ...changes });

/** A complete chunk of ten trades, of which 2, 5 and 7 were refused. */
async function refuse(): Promise<void> {
  await savePlan(storage, 'j', [chunkOf(CHUNK)]);
  await projectEvent(storage, eventOf.planned('j'));
  await writeBatch(storage, header({ quarantined: 3 }), at(0, 1, 3, 4, 6, 8, 9));
  const part = header({ quarantined: 3, part: 'quarantined.0' });
  await writeQuarantine(storage, part, at(2, 5, 7), ['a', 'a', 'b'], ['x', 'y', 'z']);
  await projectEvent(storage, eventOf.chunkFetched('j', CHUNK, 10));
  await settleChunk(storage, CHUNK);
}

const command = (
  filter: QuarantineFilter = {},
  changes: Partial<ReplayCommand> = {},
): ReplayCommand => ({ source: 'quarantine', filter, dry_run: false, ...changes });

const stored = async (): Promise<number[]> => {
  const { rows } = await storage.pool.query<{ ordinal: string }>(
    'SELECT ordinal FROM trades ORDER BY ordinal',
  );
  return rows.map((row) => Number(row.ordinal));
};
const refused = async (): Promise<string[]> => {
  const { rows } = await storage.pool.query<{ line: string }>(
    "SELECT concat_ws(' ', ordinal, state, rule, reason, replay_id) AS line FROM quarantine ORDER BY ordinal",
  );
  return rows.map((row) => row.line);
};
const replay = async (id: string): Promise<Record<string, unknown>> => {
  const { rows } = await storage.pool.query<Record<string, unknown>>(
    'SELECT state, selected, stored, quarantined, filtered, details FROM replay WHERE replay_id = $1',
    [id],
  );
  return rows[0]!;
};

/** The batch as it comes again under other rules. */
async function comesAgain(
  tag: string,
  accepted: readonly number[],
  left: readonly number[],
  filtered: RuleOutcome[] = [],
): Promise<string[]> {
  const count = filtered.reduce((sum, { records }) => sum + records, 0);
  const own = { replay: tag, filtered: count, quarantined: left.length, job_id: 'r' };
  const results = [
    await storeReplayed(storage, { ...header(own), replay: tag }, at(...accepted), {
      kind: 'accepted',
      outcomes: filtered,
    }),
  ];
  if (left.length > 0) {
    const part = { ...header({ ...own, part: 'quarantined.0' }), replay: tag };
    results.push(
      await storeReplayed(storage, part, at(...left), {
        kind: 'refused',
        rules: left.map(() => 'c'),
        reasons: left.map((ordinal) => `still ${ordinal}`),
      }),
    );
  }
  return results;
}

const EVERYTHING = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

it('stores what passes now, and nothing a second time', async () => {
  expect(await beginReplay(storage, 'r', command())).toMatchObject({
    selected: 3,
    chunks: [{ chunkId: CHUNK, archivedAs: CHUNK, batchIds: [`${CHUNK}.0`] }],
  });
  const rest = EVERYTHING.filter((ordinal) => ordinal !== 5);
  expect(await comesAgain('r', rest, [5])).toEqual(['written', 'written']);
  expect(await stored()).toEqual(rest);
  expect(await refused()).toEqual(['2 replayed a x r', '5 open c still 5 r', '7 replayed b z r']);
  const ended = { state: 'completed', selected: '3', stored: '2', quarantined: '1', filtered: '0' };
  expect(await replay('r')).toMatchObject({
    ...ended,
    details: {
      by_rule: { c: { refused: 1 } },
      chunks: [{ chunk_id: CHUNK, selected: 3, stored: 2, quarantined: 1, filtered: 0 }],
    },
  });
  expect(await readJob(storage, 'j')).toMatchObject({ stored: 9, quarantined: 1, holds: true });

  expect(await comesAgain('r', rest, [5])).toEqual(['duplicate', 'duplicate']);
  expect(await stored()).toEqual(rest);
  expect(await replay('r')).toMatchObject(ended);
  expect(await beginReplay(storage, 'r', command())).toBeUndefined();

  // Another replay finds what is open still.
  expect(await beginReplay(storage, 's', command())).toMatchObject({ selected: 1 });
  await comesAgain('s', EVERYTHING, []);
  expect(await stored()).toEqual(EVERYTHING);
  expect(await readJob(storage, 'j')).toMatchObject({ stored: 10, quarantined: 0, holds: true });
});

it('takes no more than the filter means, and counts what is left out now', async () => {
  expect(await beginReplay(storage, 'r', command({ rule: 'a' }))).toMatchObject({ selected: 2 });
  const outcome: RuleOutcome = {
    stage: 'transform',
    rule: 'out',
    severity: 'filtered',
    records: 1,
    ordinals: [[5, 6]],
    examples: [],
  };
  const rest = EVERYTHING.filter((ordinal) => ordinal !== 5);
  await comesAgain('r', rest, [], [outcome]);
  expect(await stored()).toEqual([0, 1, 2, 3, 4, 6, 8, 9]);
  expect(await refused()).toEqual(['2 replayed a x r', '5 filtered a y r', '7 open b z']);
  expect(await readJob(storage, 'j')).toMatchObject({
    stored: 8,
    quarantined: 1,
    filtered: 1,
    holds: true,
  });
  expect(await replay('r')).toMatchObject({ state: 'completed', stored: '1', filtered: '1' });
});

it('changes nothing in a dry run, and says what would come', async () => {
  await beginReplay(storage, 'r', command({}, { dry_run: true }));
  await comesAgain('r:dry', [0, 1, 2, 3, 4, 6, 8, 9], [5, 7]);
  expect(await stored()).toEqual([0, 1, 3, 4, 6, 8, 9]);
  expect((await refused()).map((line) => line.split(' ')[1])).toEqual(['open', 'open', 'open']);
  expect(await readJob(storage, 'j')).toMatchObject({ stored: 7, quarantined: 3, holds: true });
  expect(await replay('r')).toMatchObject({
    state: 'completed',
    stored: '1',
    quarantined: '2',
    details: { by_rule: { c: { refused: 2 } }, changes: { stored_now: 1, refused_now: 0 } },
  });
});

it('tells of a dry run over whole chunks which records would change', async () => {
  const dry = command({ chunk_id: CHUNK }, { source: 'archive', dry_run: true });
  expect(await beginReplay(storage, 'r', dry)).toMatchObject({ selected: 10 });
  await comesAgain('r:dry', [1, 2, 3, 4, 5, 6, 8, 9], [0, 7]);
  expect(await stored()).toEqual([0, 1, 3, 4, 6, 8, 9]);
  expect(await replay('r')).toMatchObject({
    state: 'completed',
    details: {
      changes: { stored_now: 2, refused_now: 1 },
      examples: [
        { chunk_id: CHUNK, ordinal: 2, reason: 'passes now' },
        { chunk_id: CHUNK, ordinal: 5, reason: 'passes now' },
        { chunk_id: CHUNK, ordinal: 0, rule: 'c', reason: 'still 0' },
        { chunk_id: CHUNK, ordinal: 7, rule: 'c', reason: 'still 7' },
      ],
    },
  });
});

it('leaves to a replay under way what it has marked', async () => {
  await beginReplay(storage, 'r', command({ rule: 'a' }));
  expect(await beginReplay(storage, 's', command())).toMatchObject({ selected: 1 });
  await projectEvent(storage, eventOf.failed('r'));
  expect(await readJob(storage, 'r')).toBeUndefined();
  expect(await replay('r')).toMatchObject({ state: 'failed' });
  expect(await beginReplay(storage, 't', command())).toMatchObject({ selected: 2 });
});

it('does not wait for records that others replace meanwhile', async () => {
  await beginReplay(storage, 'r', command({ rule: 'a' }));
  const old = chunkOf(CHUNK);
  const request = { ...old.request, replaces: 'test' };
  await savePlan(storage, 'k', [{ ...old, chunkId: 'new', request }]);
  await writeBatch(storage, headerOf(trades(10), 'new'), trades(10));
  await projectEvent(storage, eventOf.chunkFetched('k', 'new', 10));
  await settleChunk(storage, 'new');
  expect((await refused()).map((line) => line.split(' ')[1])).toEqual(Array(3).fill('superseded'));
  expect(await replay('r')).toMatchObject({ state: 'completed', selected: '0' });
});

it('makes known the symbols of definitions that pass now', async () => {
  const batch = ColumnarBatch.allocate(SCHEMAS.definition, 1);
  batch.column('ts_recv')[0] = DAY_START;
  batch.column('instrument_id')[0] = 7;
  batch.column('security_update_action')[0] = 65;
  (batch.column('raw_symbol') as Uint8Array).set(Buffer.from('ESU4'));
  const own = headerOf(batch.slice(0, 0), 'd', 0, { quarantined: 1, schema: 'definition' });
  const chunk = chunkOf('d');
  await savePlan(storage, 'd', [{ ...chunk, request: { ...chunk.request, schema: 'definition' } }]);
  await writeBatch(storage, own, batch.slice(0, 0));
  await writeQuarantine(storage, { ...own, part: 'quarantined.0' }, batch, ['a'], ['x']);
  await projectEvent(storage, eventOf.chunkFetched('d', 'd', 1));
  await settleChunk(storage, 'd');
  await beginReplay(storage, 'r', command({ chunk_id: 'd' }));
  const again = { ...own, quarantined: 0, replay: 'r' };
  await storeReplayed(storage, again, batch, { kind: 'accepted', outcomes: [] });
  const { rows } = await storage.pool.query('SELECT symbol, instrument_id FROM symbology');
  expect(rows).toEqual([{ symbol: 'ESU4', instrument_id: '7' }]);
});

it('replaces a whole chunk by its replay, time and again', async () => {
  const whole = command({ job_id: 'j' }, { source: 'archive' });
  let current = CHUNK;
  for (const id of ['r', 's']) {
    const plan = (await beginReplay(storage, id, whole))!;
    expect(plan).toMatchObject({ selected: 10, chunks: [{ chunkId: current, archivedAs: CHUNK }] });
    await planChunkReplay(storage, id, whole, plan.chunks);
    // Planned once more, as after a crash, it is the same chunk.
    await planChunkReplay(storage, id, whole, (await beginReplay(storage, id, whole))!.chunks);
    const { rows } = await storage.pool.query<{ chunk_id: string }>(
      'SELECT chunk_id FROM job_chunk WHERE job_id = $1',
      [id],
    );
    expect(rows).toHaveLength(1);
    current = rows[0]!.chunk_id;
    const own = headerOf(at(), current, 0, { fetched: 10, quarantined: 1 });
    await writeBatch(storage, own, at(0, 1, 2, 3, 4, 5, 6, 7, 8));
    const part = { ...own, part: 'quarantined.0' };
    await writeQuarantine(storage, part, at(9), ['d'], ['last']);
    await projectEvent(storage, eventOf.planned(id));
    await projectEvent(storage, eventOf.chunkFetched(id, current, 10));
    const { completedJobs } = await settleChunk(storage, current);
    await projectEvent(storage, eventOf.completed(id, { totals: completedJobs[0]!.totals }));
    expect(await stored()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(await replay(id)).toMatchObject({ state: 'completed', stored: '9', quarantined: '1' });
    const { rows: open } = await storage.pool.query<{ rule: string }>(
      "SELECT rule FROM quarantine WHERE state = 'open'",
    );
    expect(open).toEqual([{ rule: 'd' }]);
  }
});
