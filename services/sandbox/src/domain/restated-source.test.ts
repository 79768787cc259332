import { beforeEach, describe, expect, it } from '@jest/globals';
import { ApiError } from '@tapeline/historical-api';
import { collectBytes, queryOf } from './collect-records.js';
import { RestatedSource } from './restated-source.js';
import { SyntheticMarket } from './synthetic/synthetic-market.js';
import { SYNTHETIC_SCHEMAS } from './synthetic/synthetic-schemas.js';
import { ThinnedSource } from './thinned-source.js';

const ES = [100_297];
const DATASET = 'GLBX.MDP3';
const market = new SyntheticMarket({ seed: 1, tradesPerDay: 1_000 });
let source: RestatedSource;
beforeEach(() => {
  source = new RestatedSource(market);
});

/** The same instruments and definitions are there, whatever was traded. */
const UNMOVED: ReadonlySet<string> = new Set(['definition', 'status']);

describe.each(SYNTHETIC_SCHEMAS)('a restated day of %s', (schema) => {
  const of = (start: string, end: string) => queryOf(schema, start, end, ES);
  const before = of('2024-07-08', '2024-07-09');
  const day = of('2024-07-09', '2024-07-10');
  const after = of('2024-07-10', '2024-07-11');

  it('has other records, and the days around it have their own', async () => {
    const plain = await collectBytes(market, day);
    source.restate(DATASET, '2024-07-09', '2026-01-01');
    for (const other of [before, after]) {
      expect((await collectBytes(source, other)).equals(await collectBytes(market, other))).toBe(
        true,
      );
    }
    const restated = await collectBytes(source, day);
    expect(restated.equals(plain)).toBe(UNMOVED.has(schema));
    expect(await source.count(day)).toBe(restated.length / day.schema.recordSize[3]);
    expect((await collectBytes(source, day)).equals(restated)).toBe(true);
  });

  it('lies between its neighbours in a longer range, to the nanosecond', async () => {
    source.restate(DATASET, '2024-07-09', '2026-01-01');
    const parts = await Promise.all([before, day, after].map((part) => collectBytes(source, part)));
    const whole = of('2024-07-08', '2024-07-11');
    const bytes = await collectBytes(source, whole);
    expect(bytes.equals(Buffer.concat(parts))).toBe(true);
    expect(await source.count(whole)).toBe(bytes.length / whole.schema.recordSize[3]);
  });
});

it('restates days that touch, each in its own revision', async () => {
  const days = ['2024-07-08', '2024-07-09', '2024-07-10'];
  for (const date of ['2024-07-09', '2024-07-08', '2024-07-09']) {
    source.restate(DATASET, date, '2026-01-01');
  }
  const query = (index: number) =>
    queryOf('trades', days[index]!, `2024-07-${String(9 + index).padStart(2, '0')}`, ES);
  const revisions = [market.revised(1), market.revised(2), market];
  for (const [index, expected] of revisions.entries()) {
    const own = await collectBytes(source, query(index));
    expect(own.equals(await collectBytes(expected, query(index)))).toBe(true);
  }
  const dates = source.conditions(DATASET).filter(({ lastModified }) => lastModified !== undefined);
  expect(dates.map(({ date }) => date)).toEqual(['2024-07-08', '2024-07-09']);
});

it.each([
  [DATASET, '2024-07-06'],
  [DATASET, '2019-01-01'],
  ['NONE.X', '2024-07-08'],
])('has no %s on %s', (dataset, date) => {
  expect(() => source.restate(dataset, date, '2026-01-01')).toThrow(ApiError);
});

it('thins out what cannot be drawn again, the same however it is asked for', async () => {
  const thinned = new ThinnedSource(market, 1);
  const day = queryOf('trades', '2024-07-09', '2024-07-10', ES);
  const whole = await collectBytes(market, day);
  const left = await collectBytes(thinned, day);
  expect(left.length / whole.length).toBeGreaterThan(0.8);
  expect(left.length / whole.length).toBeLessThan(0.97);
  expect(await thinned.count(day)).toBe(left.length / 48);
  const noon = day.start + (day.end - day.start) / 2n;
  const halves = await Promise.all(
    [
      { ...day, end: noon },
      { ...day, start: noon },
    ].map((half) => collectBytes(thinned, half)),
  );
  expect(Buffer.concat(halves).equals(left)).toBe(true);
  expect((await collectBytes(new ThinnedSource(market, 2), day)).equals(left)).toBe(false);
});
