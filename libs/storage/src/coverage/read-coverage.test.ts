import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parseTimestamp } from '@tapeline/records';
import { testDatabase } from '@tapeline/testing';
import type { TestDatabase } from '@tapeline/testing';
import { EVERY_INSTRUMENT } from '../planning/coverage-claim.js';
import { migrate } from '../schema/migrate.js';
import { Storage } from '../storage.js';
import { CoverageFixture, DATASET, told, WEEK } from './coverage-fixture.js';
import type { CoverageQuery } from './coverage-row.js';
import { dayNumber } from './day-number.js';
import { readCoverage } from './read-coverage.js';

let database: TestDatabase;
let given: CoverageFixture;

beforeAll(async () => {
  database = await testDatabase();
  await migrate(database.url);
  given = new CoverageFixture(Storage.open({ url: database.url, connections: 2 }));
});
beforeEach(() => given.clear());
afterAll(async () => {
  await given.storage.close();
  await database.drop();
});

it('a weekend, a missing day, a partial day and one under way', async () => {
  await given.list(WEEK);
  await given.list(['2024-07-10'], 'missing');
  await given.list(['2024-07-08'], 'degraded');
  await given.map('raw_symbol', 'ESU4', 7, '2024-07-01', '2024-07-30');
  await given.hold({ ids: [7], start: '2024-07-05', end: '2024-07-06' });
  await given.hold({ ids: [7], start: '2024-07-07', end: '2024-07-09T12:00' });
  await given.hold({ ids: [7], start: '2024-07-11', end: '2024-07-12', state: 'planned' });
  await given.hold({ ids: [7], start: '2024-07-12', end: '2024-07-14', state: 'failed' });
  const { rows } = await given.coverage();
  expect(told(rows)).toEqual({
    'trades ESU4': [
      '07-05+1 held',
      '07-06+1 no_session',
      '07-07+1 held',
      '07-08+1 held degraded',
      '07-09+1 held_partly',
      '07-10+1 vendor_missing',
    ],
  });
  expect(rows[0]!.ranges[4]).toMatchObject({
    instrumentId: 7,
    parts: [{ start: parseTimestamp('2024-07-09'), end: parseTimestamp('2024-07-09T12:00') }],
  });
  await given.list(['2024-07-11', '2024-07-12']);
  const asked = await given.coverage({
    from: dayNumber('2024-07-10'),
    to: dayNumber('2024-07-16'),
  });
  expect(told(asked.rows)['trades ESU4']).toEqual([
    '07-10+1 vendor_missing',
    '07-11+1 fetching',
    '07-12+1 not_bought',
    '07-13+1 no_session',
    '07-14+2 unknown',
  ]);
});

it('every table is one row per schema and raw symbol as of the day', async () => {
  await given.map('raw_symbol', 'ESU4', 7, '2024-07-01', '2024-07-03');
  await given.map('raw_symbol', 'ESU4', 9, '2024-07-03', '2024-07-04');
  await given.map('raw_symbol', 'NQU4', 7, '2024-07-03', '2024-07-05');
  await given.hold({ ids: [7, 8, 9], start: '2024-07-01', end: '2024-07-05' });
  await given.hold({ ids: [8], start: '2024-07-01', end: '2024-07-02', schema: 'tbbo' });
  await given.list(['2024-07-01', '2024-07-02', '2024-07-03', '2024-07-04']);
  expect(told((await given.coverage()).rows)).toEqual({
    'tbbo 8': ['07-01+1 held'],
    'trades 8': ['07-01+4 held'],
    'trades 9': ['07-01+2 held', '07-03+1 not_bought', '07-04+1 held'],
    'trades ESU4': ['07-01+2 held', '07-03+1 held'],
    'trades NQU4': ['07-03+2 held'],
  });
});

describe('symbols', () => {
  beforeEach(async () => {
    await given.list(WEEK);
    await given.map('continuous', 'ES.c.0', 7, '2024-07-05', '2024-07-08');
    await given.map('continuous', 'ES.c.0', 8, '2024-07-08', '2024-07-10');
    await given.map('raw_symbol', 'ESU4', 7, '2024-07-05', '2024-07-10');
    await given.map('raw_symbol', 'ESZ4', 8, '2024-07-05', '2024-07-10');
    await given.map('raw_symbol', 'ESZ4-ESH5', 10, '2024-07-05', '2024-07-10');
    await given.map('raw_symbol', 'NQU4', 20, '2024-07-05', '2024-07-10');
    await given.hold({ ids: [7, 10, 20], start: '2024-07-05', end: '2024-07-09' });
    await given.hold({ ids: [8], start: '2024-07-08', end: '2024-07-10' });
  });
  const ask = (symbols: readonly string[], query: Partial<CoverageQuery> = {}) =>
    given.coverage({ dataset: DATASET, symbols, ...query });

  it('mean other instruments on other days', async () => {
    expect(told((await ask(['ES.c.0'], { stypeIn: 'continuous' })).rows)).toEqual({
      'trades ES.c.0': [
        '07-05+1 held ESU4',
        '07-06+1 no_session ESU4',
        '07-07+1 held ESU4',
        '07-08+2 held ESZ4',
      ],
    });
  });

  it('are expanded if they are parents', async () => {
    const { rows, nothingHeld } = await ask(['ES.FUT'], { stypeIn: 'parent' });
    expect(rows.map(({ symbol }) => symbol)).toEqual(['ESU4', 'ESZ4', 'ESZ4-ESH5']);
    expect(nothingHeld).toEqual([]);
    const none = await ask(['NQ.FUT', 'ES.FUT'], { stypeIn: 'parent', schema: 'tbbo' });
    expect(none).toMatchObject({ rows: [], nothingHeld: ['NQ.FUT', 'ES.FUT'] });
  });

  it('are ids if it is said', async () => {
    const { rows } = await ask(['20', '21'], { stypeIn: 'instrument_id' });
    expect(told(rows)).toEqual({
      'trades 20': ['07-05+1 held NQU4', '07-06+1 no_session NQU4', '07-07+2 held NQU4'],
    });
  });

  it('of which nothing is held have a row only where days and schema are named', async () => {
    const without = await ask(['ESU4'], { schema: 'tbbo' });
    expect(without).toMatchObject({ rows: [], nothingHeld: ['ESU4'] });
    const days = { from: dayNumber('2024-07-05'), to: dayNumber('2024-07-09') };
    expect(told((await ask(['ESU4'], { schema: 'tbbo', ...days })).rows)).toEqual({
      'tbbo ESU4': ['07-05+1 not_bought', '07-06+1 no_session', '07-07+2 not_bought'],
    });
  });

  it('that nobody knows are told, and so is an unknown dataset', async () => {
    const query = { dataset: DATASET, stypeIn: 'raw_symbol' as const, symbols: ['XX', 'ESU4'] };
    const base = { schema: undefined, from: undefined, to: undefined, stale: false };
    expect(await readCoverage(given.storage, { ...base, ...query }, 10)).toEqual({
      outcome: 'unknown-symbols',
      symbols: ['XX'],
    });
    expect(await readCoverage(given.storage, { ...base, ...query, dataset: 'A.B' }, 10)).toEqual({
      outcome: 'unknown-dataset',
      known: [DATASET],
    });
  });

  it('are held where every instrument is', async () => {
    await given.hold({ ids: [EVERY_INSTRUMENT], start: '2024-07-09', end: '2024-07-11' });
    expect(told((await ask(['ALL_SYMBOLS'])).rows)).toEqual({
      'trades ALL_SYMBOLS': ['07-09+2 held'],
    });
    const { rows } = await ask(['ESU4'], { to: dayNumber('2024-07-12') });
    expect(told(rows)['trades ESU4']!.slice(2)).toEqual([
      '07-07+3 held',
      '07-10+1 held',
      '07-11+1 unknown',
    ]);
  });

  it('beyond the limit are counted', async () => {
    const first = await given.coverage({}, 3);
    expect([first.rows.length, first.leftOff]).toEqual([3, 1]);
    const named = await given.coverage({ dataset: DATASET, symbols: ['ESU4', 'ESZ4', 'NQU4'] }, 2);
    expect([named.rows.length, named.leftOff]).toEqual([2, 1]);
    const parent = { symbols: ['ES.FUT'], stypeIn: 'parent', dataset: DATASET } as const;
    await given.hold({ ids: [EVERY_INSTRUMENT], start: '2024-07-05', end: '2024-07-06' });
    const counted = [await given.coverage(parent, 3), await given.coverage(parent, 2)];
    expect(counted.map(({ rows, leftOff }) => [rows.length, leftOff])).toEqual([
      [3, 0],
      [2, 1],
    ]);
  });
});

it('quarantined records count on their day, and only while they are open', async () => {
  await given.list(WEEK);
  const chunk = await given.hold({ ids: [7, 8], start: '2024-07-05', end: '2024-07-09' });
  await given.quarantine(chunk, 7, '2024-07-07T12:00');
  await given.quarantine(chunk, 7, '2024-07-07T13:00');
  await given.quarantine(chunk, 7, '1999-01-01');
  await given.quarantine(chunk, 8, null);
  await given.quarantine(chunk, 8, '2024-07-08', 'released');
  expect(told((await given.coverage()).rows)).toEqual({
    'trades 7': [
      '07-05+1 held_quarantined 1',
      '07-06+1 no_session',
      '07-07+1 held_quarantined 2',
      '07-08+1 held',
    ],
    'trades 8': ['07-05+1 held_quarantined 1', '07-06+1 no_session', '07-07+2 held'],
  });
});
