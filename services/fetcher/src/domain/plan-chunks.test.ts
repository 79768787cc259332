import { expect, it } from '@jest/globals';
import { DAY_NS, parseTimestamp, SCHEMAS } from '@tapeline/records';
import type { CoverageClaim } from '@tapeline/storage';
import { planChunks } from './plan-chunks.js';
import type { ChunkPlan, PlanRequest } from './plan-chunks.js';
import { sampleClaim } from './sample-claim.js';

const at = parseTimestamp;
const day = (text: string) => ({ start: at(text), end: at(text) + DAY_NS });
const range = { start: at('2024-07-01'), end: at('2024-07-03') };
const request: PlanRequest = {
  dataset: 'GLBX.MDP3',
  schema: SCHEMAS.trades,
  symbols: ['ESU4', 'CLQ4'],
  stypeIn: 'raw_symbol',
  range,
  limit: undefined,
};
const both = new Map([
  [1, [range]],
  [2, [range]],
]);

const claim = (
  instrumentId: number,
  start: string,
  end: string,
  more: Partial<CoverageClaim> = {},
): CoverageClaim => sampleClaim(instrumentId, at(start), at(end), more);

const show = ({ chunks }: ChunkPlan) =>
  chunks.map(({ request: { symbols, stype_in, start, end } }) =>
    [stype_in, symbols.join('+'), start, end].join(' '),
  );

const ns = (text: string) => String(at(text));

it('asks for the symbols as they were given, one chunk a UTC day', () => {
  const plan = planChunks(request, both, []);
  expect(show(plan)).toEqual([
    `raw_symbol CLQ4+ESU4 ${ns('2024-07-01')} ${ns('2024-07-02')}`,
    `raw_symbol CLQ4+ESU4 ${ns('2024-07-02')} ${ns('2024-07-03')}`,
  ]);
  expect(plan.chunks[0]?.claims).toEqual([
    { instrumentId: 1, ...day('2024-07-01') },
    { instrumentId: 2, ...day('2024-07-01') },
  ]);
  expect([plan.shared, plan.someHeld]).toEqual([[], false]);
});

it('gives the same request the same chunk id, in whatever order its symbols come', () => {
  const other = planChunks({ ...request, symbols: ['CLQ4', 'ESU4'] }, both, []);
  expect(other.chunks.map(({ chunkId }) => chunkId)).toEqual(
    planChunks(request, both, []).chunks.map(({ chunkId }) => chunkId),
  );
});

it('asks only for the instruments and times that are not held', () => {
  const coverage = [claim(1, '2024-07-01', '2024-07-02'), claim(2, '2024-07-01', '2024-07-01T12')];
  const plan = planChunks(request, both, coverage);
  expect(show(plan)).toEqual([
    `instrument_id 2 ${ns('2024-07-01T12')} ${ns('2024-07-02')}`,
    `raw_symbol CLQ4+ESU4 ${ns('2024-07-02')} ${ns('2024-07-03')}`,
  ]);
  expect(plan.someHeld).toBe(true);
});

it('asks for nothing when all is held', () => {
  const coverage = [claim(1, '2024-06-01', '2024-08-01'), claim(2, '2024-07-01', '2024-07-03')];
  expect(planChunks(request, both, coverage)).toEqual({ chunks: [], shared: [], someHeld: true });
});

it('waits for what another job is fetching instead of buying it again', () => {
  const pending = claim(1, '2024-07-01', '2024-07-03', { chunkId: 'p', chunkState: 'planned' });
  const plan = planChunks(request, both, [pending]);
  expect(show(plan)).toEqual([
    `instrument_id 2 ${ns('2024-07-01')} ${ns('2024-07-02')}`,
    `instrument_id 2 ${ns('2024-07-02')} ${ns('2024-07-03')}`,
  ]);
  expect(plan.shared).toEqual(['p']);
});

it('goes on after a limited chunk at its last time, leaving out the records it has of that time', () => {
  const limited = claim(1, '2024-07-01', '2024-07-01T09', { endTies: 3 });
  const [chunk] = planChunks({ ...request, symbols: ['ESU4'] }, new Map([[1, [range]]]), [
    limited,
  ]).chunks;
  expect(chunk?.request.start).toBe(ns('2024-07-01T09'));
  expect(chunk?.request.exclude).toEqual([
    { instrument_id: 1, start: ns('2024-07-01'), end: ns('2024-07-01T09'), end_ties: 3 },
  ]);
});

it('follows a continuous symbol from one instrument to the next', () => {
  const rolled = new Map([
    [1, [day('2024-07-01')]],
    [2, [day('2024-07-02')]],
  ]);
  const plan = planChunks({ ...request, symbols: ['ES.c.0'], stypeIn: 'continuous' }, rolled, [
    claim(1, '2024-07-01', '2024-07-02'),
  ]);
  expect(show(plan)).toEqual([`continuous ES.c.0 ${ns('2024-07-02')} ${ns('2024-07-03')}`]);
});

it('makes one request of a limit, and none when the same command comes again', () => {
  const limited = { ...request, limit: 10 };
  const [chunk, ...more] = planChunks(limited, both, []).chunks;
  expect(more).toEqual([]);
  const held = [1, 2].map((id) =>
    claim(id, '2024-07-01', '2024-07-01T03', { chunkId: chunk!.chunkId, endTies: id }),
  );
  expect(planChunks(limited, both, held)).toEqual({ chunks: [], shared: [], someHeld: true });
});

it('keeps what is held out of the first records of a range', () => {
  const coverage = [claim(1, '2024-07-01', '2024-07-01T03', { endTies: 2 })];
  const [chunk] = planChunks({ ...request, limit: 10 }, both, coverage).chunks;
  expect(chunk?.request.symbols).toEqual(['CLQ4', 'ESU4']);
  expect(chunk?.request.exclude).toEqual([
    { instrument_id: 1, start: ns('2024-07-01'), end: ns('2024-07-01T03'), end_ties: 2 },
  ]);
  expect(chunk?.claims).toEqual([
    { instrumentId: 1, start: at('2024-07-01T03'), end: range.end },
    { instrumentId: 2, ...range },
  ]);
});

it('leaves out single instruments that are held when it asks for every one', () => {
  const everything = { ...request, symbols: ['ALL_SYMBOLS'] };
  const plan = planChunks(everything, new Map([[-1, [range]]]), [
    claim(7, '2024-07-01', '2024-07-02'),
    claim(-1, '2024-07-02', '2024-07-03'),
  ]);
  expect(show(plan)).toEqual([`raw_symbol ALL_SYMBOLS ${ns('2024-07-01')} ${ns('2024-07-02')}`]);
  expect(plan.chunks[0]?.request.exclude.map((held) => held.instrument_id)).toEqual([7]);
});

it('needs no request when a claim of every instrument covers it', () => {
  expect(planChunks(request, both, [claim(-1, '2024-07-01', '2024-07-03')]).chunks).toEqual([]);
});
