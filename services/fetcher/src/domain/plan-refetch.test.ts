import { expect, it } from '@jest/globals';
import { parseTimestamp, SCHEMAS } from '@tapeline/records';
import { EVERY_INSTRUMENT } from '@tapeline/storage';
import type { CoverageClaim } from '@tapeline/storage';
import { UndecidedRangeError } from './await-claims.js';
import type { PlanRequest } from './plan-chunks.js';
import { planRefetch } from './plan-refetch.js';
import type { Refetch } from './plan-refetch.js';
import { sampleClaim } from './sample-claim.js';

const at = parseTimestamp;
const range = { start: at('2024-07-01'), end: at('2024-07-05') };
const request: PlanRequest = {
  dataset: 'GLBX.MDP3',
  schema: SCHEMAS.trades,
  symbols: ['ES.c.0'],
  stypeIn: 'continuous',
  range,
  limit: undefined,
};

/** Bought on 2024-08-01, unless said otherwise. */
const claim = (
  instrumentId: number,
  start: string,
  end: string,
  more: Partial<CoverageClaim> = {},
): CoverageClaim => sampleClaim(instrumentId, at(start), at(end), { chunkId: 'old', ...more });

/** Every day was changed on its own date, and some later. */
const stale = (...changed: [date: string, on: string][]): Refetch => ({
  what: 'stale',
  jobId: 'j',
  days: ['2024-07-01', '2024-07-02', '2024-07-03', '2024-07-04'].map((date) => ({
    date,
    condition: 'available',
    lastModifiedDate: new Map(changed).get(date) ?? date,
  })),
});
const all: Refetch = { what: 'all', jobId: 'j', days: [] };

function plan(ids: readonly number[], coverage: readonly CoverageClaim[], refetch: Refetch) {
  const instruments = new Map(ids.map((id) => [id, [range]]));
  const { chunks, shared } = planRefetch(request, instruments, coverage, refetch);
  const shown = chunks.map(({ request: { symbols, start, end, replaces }, claims }) => {
    const from = Temporal.Instant.fromEpochNanoseconds(BigInt(start)).toString().slice(5, 16);
    const to = Temporal.Instant.fromEpochNanoseconds(BigInt(end)).toString().slice(5, 16);
    const claimed = claims.map((own) => own.instrumentId).join('+');
    return `${symbols.join('+')} ${from} ${to} (${replaces}) claims ${claimed}`;
  });
  return { shown, shared, ids: chunks.map(({ chunkId }) => chunkId) };
}

it('asks again for days that were changed after they were bought, and for nothing else', () => {
  const held = [claim(1, '2024-07-01', '2024-07-04'), claim(2, '2024-07-02', '2024-07-04')];
  const changes = stale(['2024-07-02', '2024-08-02'], ['2024-07-04', '2024-08-02']);
  expect(plan([1, 2], held, changes)).toMatchObject({
    shown: ['1+2 07-02T00:00 07-03T00:00 (change of 2024-08-02) claims 1+2'],
    shared: [],
  });
  // On the day of the purchase itself nobody knows which was first; the date says no more.
  expect(plan([1, 2], held, stale(['2024-07-02', '2024-08-01'])).shown).toEqual([]);
  const again = held.map((own) => ({ ...own, bought: '2024-08-03' }));
  expect(plan([1, 2], again, changes).shown).toEqual([]);
});

it('asks for no more of a day than is held', () => {
  const held = [claim(1, '2024-07-02T13:30', '2024-07-02T20:00')];
  expect(plan([1], held, stale(['2024-07-02', '2024-08-02'])).shown).toEqual([
    '1 07-02T13:30 07-02T20:00 (change of 2024-08-02) claims 1',
  ]);
});

it('replaces records at the end of a limited claim, too', () => {
  const held = [claim(1, '2024-07-02', '2024-07-02T10:00', { endTies: 3 })];
  const { chunks } = planRefetch(request, new Map([[1, [range]]]), held, all);
  expect(chunks.map(({ claims }) => claims)).toEqual([
    [{ instrumentId: 1, start: at('2024-07-02'), end: at('2024-07-02T10:00') + 1n }],
  ]);
});

it('gives the same change the same chunk, and each forced fetch one of its own', () => {
  const held = [claim(1, '2024-07-02', '2024-07-03')];
  const first = plan([1], held, stale(['2024-07-02', '2024-08-02'])).ids;
  expect(plan([1], held, { ...stale(['2024-07-02', '2024-08-02']), jobId: 'k' }).ids).toEqual(
    first,
  );
  expect(plan([1], held, stale(['2024-07-02', '2024-08-03'])).ids).not.toEqual(first);
  expect(plan([1], held, all).ids).not.toEqual(plan([1], held, { ...all, jobId: 'k' }).ids);
});

it('waits for what another chunk is replacing already', () => {
  const held = [claim(1, '2024-07-01', '2024-07-05')];
  const other = claim(1, '2024-07-02', '2024-07-03', {
    chunkId: 'r',
    chunkState: 'planned',
    isReplacement: true,
    bought: null,
  });
  expect(plan([1], [...held, other], all)).toMatchObject({
    shown: [
      '1 07-01T00:00 07-02T00:00 (job j) claims 1',
      '1 07-03T00:00 07-04T00:00 (job j) claims 1',
      '1 07-04T00:00 07-05T00:00 (job j) claims 1',
    ],
    shared: ['r'],
  });
});

it('takes one instrument out of what is held of all', () => {
  const every = claim(EVERY_INSTRUMENT, '2024-07-01', '2024-07-03', { chunkId: 'every' });
  const changed = stale(['2024-07-01', '2024-08-02'], ['2024-07-02', '2024-08-02']);
  expect(plan([1], [every], changed).shown).toEqual([
    '1 07-01T00:00 07-02T00:00 (change of 2024-08-02) claims 1',
    '1 07-02T00:00 07-03T00:00 (change of 2024-08-02) claims 1',
  ]);
  // Its own records are newer than those of the others.
  const own = claim(1, '2024-07-01', '2024-07-02', { bought: '2024-08-03' });
  expect(plan([1], [every, own], changed).shown).toEqual([
    '1 07-02T00:00 07-03T00:00 (change of 2024-08-02) claims 1',
  ]);
});

it('replaces all instruments at once where they came at once, and single ones by themselves', () => {
  const every = claim(EVERY_INSTRUMENT, '2024-07-01', '2024-07-02', { chunkId: 'every' });
  const held = [every, claim(1, '2024-07-01', '2024-07-03'), claim(2, '2024-07-02', '2024-07-03')];
  expect(plan([EVERY_INSTRUMENT], held, all).shown).toEqual([
    'ALL_SYMBOLS 07-01T00:00 07-02T00:00 (job j) claims -1',
    '1+2 07-02T00:00 07-03T00:00 (job j) claims 1+2',
  ]);
});

it.each([
  ['planned', 'waiting for it'],
  ['failed', 'send its job again first'],
] as const)(
  'does not replace all while a single one is %s to be replaced',
  (chunkState, message) => {
    const every = claim(EVERY_INSTRUMENT, '2024-07-01', '2024-07-02', { chunkId: 'every' });
    const single = claim(1, '2024-07-01', '2024-07-02', { chunkState, isReplacement: true });
    const planned = () => plan([EVERY_INSTRUMENT], [every, single], all);
    expect(planned).toThrow(UndecidedRangeError);
    expect(planned).toThrow(message);
  },
);
