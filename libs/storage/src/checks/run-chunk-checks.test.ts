import { expect, it } from '@jest/globals';
import { chunkChecksSchema } from '@tapeline/rules';
import { EVERY_INSTRUMENT } from '../planning/coverage-claim.js';
import type { Storage } from '../storage.js';
import { DAY, DAY_START } from '../test-batches.js';
import { eachWithStorage } from '../test-storage.js';
import { at, holdChunk, runCheck } from './check-fixture.js';
import { readFindings } from './read-findings.js';
import { runChunkChecks } from './run-chunk-checks.js';

let storage: Storage;
eachWithStorage(4, (opened) => (storage = opened));

const jumping = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    instrument_id: 1,
    size: 1,
    sequence: index,
    ts_recv: at('12:00') + BigInt(index),
    price: index % 2 === 0 ? '1' : '2',
  }));

const kept = async () =>
  (
    await storage.pool.query<{ text: string }>(
      `SELECT (to_jsonb(f) - 'found_at')::text AS text FROM finding f ORDER BY chunk_id, "check", instrument_id, start_ns`,
    )
  ).rows.map(({ text }) => text);

it('keeps the findings of a chunk once, however often and by however many it is checked', async () => {
  const chunk = await holdChunk(storage, { schema: 'trades', batches: [jumping(5)], expected: 9 });
  const other = await holdChunk(storage, { schema: 'tbbo', batches: [jumping(2)], expected: 2 });
  const checks = chunkChecksSchema.parse([
    { check: 'price_jump', severity: 'error' },
    { check: 'count_expected' },
  ]);
  const run = (id: string) => runChunkChecks(storage, id, checks, { rulesVersion: 'v1' });
  await run(other);
  const found = await run(chunk);
  const first = await kept();
  expect(first).toHaveLength(found.length + 1);
  expect(await Promise.all([run(chunk), run(chunk), run(chunk)])).toEqual([found, found, found]);
  expect(await kept()).toEqual(first);

  // Other rules find other things; those of before are gone.
  await runChunkChecks(storage, chunk, checks.slice(1), { rulesVersion: 'v2' });
  const findings = await readFindings(storage, { chunkId: chunk, limit: 10 });
  expect(findings).toMatchObject([
    {
      dataset: 'GLBX.MDP3',
      schema: 'trades',
      chunkId: chunk,
      check: 'count_expected',
      severity: 'warn',
      instrumentId: EVERY_INSTRUMENT,
      rulesVersion: 'v2',
      details: { expected: '9', received: '5' },
    },
  ]);
});

it('keeps a hundred findings of a check, and one that counts the rest', async () => {
  const chunk = await holdChunk(storage, { schema: 'trades', batches: [jumping(102)] });
  const exact = await runCheck(storage, chunk, { check: 'price_jump', beyond: '50%' });
  expect(exact).toHaveLength(51);
  const found = await runCheck(storage, chunk, { check: 'price_jump' });
  expect(found).toHaveLength(101);
  expect(found.at(-1)).toMatchObject({
    instrumentId: EVERY_INSTRUMENT,
    message: '1 more findings of price_jump in this chunk, 101 in all',
    details: { more: 1, total: 101 },
  });
  expect(await kept()).toHaveLength(101);
});

it('counts several findings at one time of an instrument, and keeps one', async () => {
  const at12 = jumping(4).map((record) => ({ ...record, ts_recv: at('12:00') }));
  const chunk = await holdChunk(storage, { schema: 'trades', batches: [at12] });
  const found = await runCheck(storage, chunk, { check: 'price_jump' });
  expect(found.map(({ details }) => details)).toMatchObject([{ price: '2000000000' }, { more: 2 }]);
});

it('reads findings by dataset, schema, chunk, check and severity', async () => {
  const ids: string[] = [];
  for (const schema of ['trades', 'tbbo'] as const) {
    const chunk = await holdChunk(storage, { schema, batches: [jumping(3)], expected: 2 });
    const checks = chunkChecksSchema.parse([
      { check: 'price_jump', severity: 'error' },
      { check: 'count_expected', severity: 'info' },
    ]);
    await runChunkChecks(storage, chunk, checks, { rulesVersion: 'v1' });
    ids.push(chunk);
  }
  const count = async (filter: object) =>
    (await readFindings(storage, { limit: 100, ...filter })).length;
  expect(await count({})).toBe(6);
  expect(await count({ limit: 4 })).toBe(4);
  expect(await count({ dataset: 'GLBX.MDP3', schema: 'tbbo' })).toBe(3);
  expect(await count({ dataset: 'XNAS.ITCH' })).toBe(0);
  expect(await count({ chunkId: ids[0], check: 'price_jump' })).toBe(2);
  expect(await count({ severity: 'info' })).toBe(2);
});

it('refuses a chunk that is not complete or that there is not, and a check that does not apply', async () => {
  const check = { check: 'monotonic' };
  const planned = await holdChunk(storage, { schema: 'trades', batches: [[]], state: 'fetched' });
  await expect(runCheck(storage, planned, check)).rejects.toThrow('only complete chunks');
  await expect(runCheck(storage, 'none', check)).rejects.toThrow("there is no chunk 'none'");
  const status = await holdChunk(storage, { schema: 'status', batches: [[]] });
  await expect(runCheck(storage, status, { check: 'price_jump' })).rejects.toThrow(
    'check price_jump has nothing to look at in status',
  );
});

it('looks at nothing of a chunk that has been replaced, and at every schema', async () => {
  const replaced = await holdChunk(storage, {
    schema: 'trades',
    instruments: [],
    batches: [jumping(3)],
  });
  expect(await runCheck(storage, replaced, { check: 'price_jump' })).toEqual([]);
  for (const schema of [
    'mbp-10',
    'bbo-1s',
    'cmbp-1',
    'ohlcv-eod',
    'definition',
    'imbalance',
  ] as const) {
    const time = schema === 'ohlcv-eod' ? 'ts_event' : 'ts_recv';
    const record = { instrument_id: 1, [time]: at('12:00') };
    const earlier = { ...record, [time]: at('11:00') };
    const chunk = await holdChunk(storage, { schema, batches: [[record, record, earlier]] });
    const checks = chunkChecksSchema.parse([
      { check: 'monotonic' },
      { check: 'duplicates' },
      { check: 'gaps' },
    ]);
    const found = await runChunkChecks(storage, chunk, checks, {
      rulesVersion: 'v1',
      openIntervals: () => [{ start: DAY_START, end: DAY_START + DAY }],
    });
    expect(found.map((finding) => finding.check)).toEqual(['monotonic', 'duplicates']);
  }
});
