import { expect, it } from '@jest/globals';
import { chunkOf } from '../jobs/job-fixture.js';
import type { ArchivedFacts } from './add-archived.js';
import { chunkWith, each, ESU4, RebuildWorld } from './rebuild-fixture.js';
import { rebuildProjections } from './rebuild-projections.js';
import type { History } from './rebuild-projections.js';

const world = new RebuildWorld();
const { history, rebuild, snapshot, truncate } = world;

it('takes from the archive what events of an older version do not tell, and keeps the times that are known', async () => {
  const first = chunkOf('a', [1]);
  await world.live.plan('old', {
    chunks: [
      first,
      {
        ...chunkOf('i', [7]),
        request: { ...first.request, symbols: ['7'], stype_in: 'instrument_id' },
      },
    ],
    symbology: [
      { ...ESU4, stypeIn: 'continuous', symbol: 'ES.c.0', d0: '2024-06-01', d1: '2024-08-01' },
    ],
  });
  await world.live.fetch('old', 'a', { stored: 3 });
  await world.live.fetch('old', 'i', { stored: 2 });
  const before = await snapshot();
  const { request } = first;
  const kept = { records: 3, completedAt: '2024-08-01T00:00:00Z' };
  const archived: ArchivedFacts[] = [
    {
      ...kept,
      chunkId: 'a',
      request,
      symbology: [
        { ...ESU4, stypeIn: 'continuous', symbol: 'ES.c.0', d0: '2024-06-01', d1: '2024-08-01' },
      ],
    },
    {
      ...kept,
      records: 2,
      chunkId: 'i',
      request: { ...request, symbols: ['7'], stype_in: 'instrument_id' },
      symbology: [],
    },
  ];
  const events = world.live.events
    .filter(({ event }) => event !== 'chunk_planned' && event !== 'resolved')
    .map((event) => {
      if (event.event !== 'chunk_complete') return event;
      const { completed_at: _, replaced: __, ...rest } = event;
      return rest;
    });
  world.live.events.splice(0, world.live.events.length, ...events);
  await world.storage.pool.query('TRUNCATE coverage, symbology, job');
  await rebuildProjections(world.storage, history({}, archived));
  expect(await snapshot()).toEqual(before);
  // Without the present rows the times are those of the events.
  await world.storage.pool.query('TRUNCATE chunk');
  await rebuildProjections(world.storage, history({}, archived));
  const { rows } = await world.storage.pool.query(
    'SELECT chunk_id, state, fetched FROM chunk ORDER BY 1',
  );
  expect(rows).toEqual([
    { chunk_id: 'a', state: 'complete', fetched: '3' },
    { chunk_id: 'i', state: 'complete', fetched: '2' },
  ]);
});

it('completes a chunk whose completion was never told, if its sums hold and its job is told complete', async () => {
  await world.live.plan('quiet', { chunks: [chunkOf('a')] });
  await world.live.fetch('quiet', 'a', { stored: 3 });
  const before = await snapshot();
  const at = world.live.events.findIndex(({ event }) => event === 'chunk_complete');
  world.live.events.splice(at, 1);
  expect((await rebuild()).applied).toBe(false);
  await truncate();
  await rebuild();
  const { completed_at: _, ...rest } = before['chunk']![0] as Record<string, unknown>;
  expect((await snapshot())['chunk']).toMatchObject([rest]);
});

it('changes nothing where the history is not whole or services are at work, unless it is forced', async () => {
  await world.live.plan('plain', { chunks: [chunkOf('a')] });
  await world.live.fetch('plain', 'a', { stored: 3 });
  const before = await snapshot();
  const refused = async (changes: Partial<History>, code: string): Promise<void> => {
    await expect(rebuildProjections(world.storage, history(changes))).rejects.toMatchObject({
      code,
    });
    expect(await snapshot()).toEqual(before);
  };
  await refused({ inHand: () => Promise.resolve(['1 command']) }, 'in_hand');
  await world.storage.pool.query("UPDATE job SET message = 'x'");
  before['job'] = (await snapshot())['job']!;
  await refused({ lost: () => Promise.resolve(3) }, 'history_lost');
  await refused({ events: () => each([]) }, 'history_lost');
  const forced = await rebuildProjections(world.storage, history({ events: () => each([]) }), {
    force: true,
  });
  expect(forced.problems).toMatchObject([{ kind: 'unknown_chunk', chunkId: 'a' }]);
  expect((await snapshot())['job']).toEqual([]);
});

it('tells of complete chunks that the ledger does not bear out', async () => {
  await world.live.plan('plain', { chunks: [chunkOf('a')] });
  await world.live.fetch('plain', 'a', { stored: 3 });
  await world.storage.pool.query('DELETE FROM ledger');
  const { problems } = await rebuild({ dryRun: true });
  expect(problems).toMatchObject([{ kind: 'unproven_chunk', chunkId: 'a' }]);
});

it('keeps what was bought, by the archive and the ledger, where all events are lost', async () => {
  const whole = chunkOf('a', [1]);
  const newer = chunkWith('n', [1], { replaces: '2024-08-01' });
  const cut = chunkWith('c', [2]);
  await world.live.plan('first', { chunks: [whole] });
  await world.live.fetch('first', 'a', { stored: 3 });
  await world.live.plan('second', { chunks: [newer, cut] });
  await world.live.fetch('second', 'n', { stored: 2 });
  await world.live.fetch('second', 'c', { stored: 2 });
  const before = await snapshot();
  const symbology = [
    { ...ESU4, stypeIn: 'continuous', symbol: 'ES.c.0', d0: '2024-07-01', d1: '2024-07-02' },
  ] as const;
  const archived = [
    { ...whole, symbology, records: 3, completedAt: '2024-07-03T00:00:00Z' },
    { ...newer, symbology, records: 2, completedAt: '2024-08-03T00:00:00Z' },
    // Of three records two were stored.
    { ...cut, symbology, records: 3, completedAt: '2024-08-04T00:00:00Z' },
  ];
  const nothing = { events: () => each([]) };
  await expect(rebuildProjections(world.storage, history(nothing, archived))).rejects.toMatchObject(
    {
      code: 'history_lost',
    },
  );
  expect(await snapshot()).toEqual(before);

  const { problems } = await rebuildProjections(world.storage, history(nothing, archived), {
    force: true,
  });
  expect(problems.map(({ kind, chunkId }) => [kind, chunkId])).toEqual([
    ['untold_chunk', 'a'],
    ['untold_chunk', 'n'],
    ['untold_chunk', 'c'],
  ]);
  const after = await snapshot();
  expect(after['chunk']).toMatchObject([
    { chunk_id: 'a', state: 'complete', fetched: 3, given_up: true },
    { chunk_id: 'c', state: 'failed', given_up: false },
    { chunk_id: 'n', state: 'complete', fetched: 2, given_up: false },
  ]);
  // The newer one holds what the first has given up.
  const held = (rows: unknown[] | undefined) =>
    (rows as { chunk_id: string }[]).filter(({ chunk_id: id }) => id !== 'c');
  expect(held(after['coverage'])).toEqual(held(before['coverage']));
  expect(after['job']).toMatchObject([
    { job_id: 'first', state: 'completed' },
    { job_id: 'second', state: 'completed' },
  ]);
});
