import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parseTimestamp } from '@tapeline/records';
import { testDatabase } from '@tapeline/testing';
import type { TestDatabase } from '@tapeline/testing';
import { EVERY_INSTRUMENT } from '../planning/coverage-claim.js';
import { migrate } from '../schema/migrate.js';
import { Storage } from '../storage.js';
import type { CoverageQuery, CoverageRow } from './coverage-row.js';
import { dayDate, dayNumber } from './day-number.js';
import { readCoverage } from './read-coverage.js';

const DATASET = 'GLBX.MDP3';
let database: TestDatabase;
let storage: Storage;
let chunks = 0;

beforeAll(async () => {
  database = await testDatabase();
  await migrate(database.url);
  storage = Storage.open({ url: database.url, connections: 2 });
});
beforeEach(async () => {
  await storage.pool.query(
    'TRUNCATE job, job_chunk, chunk, coverage, symbology, dataset_day, quarantine, spend',
  );
});
afterAll(async () => {
  await storage.close();
  await database.drop();
});

interface Given {
  readonly ids: readonly number[];
  readonly start: string;
  readonly end: string;
  readonly state?: string;
  readonly schema?: string;
  readonly source?: string;
  readonly fetchedAt?: string;
}

/** Saves a chunk with a claim for each instrument, and returns its id. */
async function hold(given: Given): Promise<string> {
  const id = `chunk${chunks++}`;
  const schema = given.schema ?? 'trades';
  const range = [String(parseTimestamp(given.start)), String(parseTimestamp(given.end))];
  await storage.pool.query(
    `INSERT INTO chunk (chunk_id, dataset, schema, request, start_ns, end_ns, state, planned_at, fetched_at)
          VALUES ($1, $2, $3, $4, $5, $6, $7, '2024-08-01', $8)`,
    [
      id,
      DATASET,
      schema,
      { source: given.source ?? 'api' },
      ...range,
      given.state ?? 'complete',
      given.fetchedAt ?? '2024-08-01T12:00Z',
    ],
  );
  await storage.pool.query(
    `INSERT INTO coverage (dataset, schema, instrument_id, start_ns, end_ns, chunk_id)
     SELECT $1, $2, unnest($3::bigint[]), $4, $5, $6`,
    [DATASET, schema, given.ids, ...range, id],
  );
  return id;
}

async function map(stype: string, symbol: string, id: number, d0: string, d1: string) {
  await storage.pool.query('INSERT INTO symbology VALUES ($1, $2, $3, $4, $5, $6)', [
    DATASET,
    stype,
    symbol,
    id,
    d0,
    d1,
  ]);
}

/** Lists days as Databento does; all were last modified on the day itself unless it is said. */
async function list(dates: readonly string[], condition = 'available', modified?: string) {
  await storage.pool.query(
    `INSERT INTO dataset_day (dataset, date, condition, last_modified)
     SELECT $1, date, $3, coalesce($4::date, date) FROM unnest($2::date[]) AS date
     ON CONFLICT (dataset, date) DO UPDATE SET condition = $3, last_modified = excluded.last_modified`,
    [DATASET, dates, condition, modified],
  );
}

async function quarantine(chunk: string, id: number, time: string | null, state = 'open') {
  await storage.pool.query(
    `INSERT INTO quarantine (dataset, schema, chunk_id, batch_id, job_id, ordinal, instrument_id, ts_ns,
                             rule, reason, record, rules_version, state)
     SELECT $1, 'trades', $2, $2 || '.0', 'j', count(*), $3, $4, 'r', 'r', '{}', 'v', $5 FROM quarantine`,
    [DATASET, chunk, id, time === null ? null : String(parseTimestamp(time)), state],
  );
}

async function coverage(query: Partial<CoverageQuery> = {}, limit = 100) {
  const outcome = await readCoverage(
    storage,
    {
      dataset: undefined,
      schema: undefined,
      symbols: undefined,
      stypeIn: 'raw_symbol',
      from: undefined,
      to: undefined,
      stale: false,
      ...query,
    },
    limit,
  );
  if (outcome.outcome !== 'coverage') throw new Error(JSON.stringify(outcome));
  return outcome;
}

/** A line for each range: its first day, its state, what it is about. */
const told = (rows: readonly CoverageRow[]): Record<string, string[]> =>
  Object.fromEntries(
    rows.map(({ schema, symbol, ranges }) => [
      `${schema} ${symbol}`,
      ranges.map((range) =>
        [
          `${dayDate(range.from).slice(5)}+${range.to - range.from}`,
          range.state,
          ...(range.degraded ? ['degraded'] : []),
          ...(range.stale ? [`stale since ${dayDate(range.lastModified!)}`] : []),
          ...(range.quarantined > 0 ? [range.quarantined] : []),
          ...(range.rawSymbol !== null && range.rawSymbol !== symbol ? [range.rawSymbol] : []),
        ].join(' '),
      ),
    ]),
  );

const WEEK = ['2024-07-05', '2024-07-07', '2024-07-08', '2024-07-09', '2024-07-10'];

it('a weekend, a missing day, a partial day and one under way', async () => {
  await list(WEEK);
  await list(['2024-07-10'], 'missing');
  await list(['2024-07-08'], 'degraded');
  await map('raw_symbol', 'ESU4', 7, '2024-07-01', '2024-07-30');
  await hold({ ids: [7], start: '2024-07-05', end: '2024-07-06' });
  await hold({ ids: [7], start: '2024-07-07', end: '2024-07-09T12:00' });
  await hold({ ids: [7], start: '2024-07-11', end: '2024-07-12', state: 'planned' });
  await hold({ ids: [7], start: '2024-07-12', end: '2024-07-14', state: 'failed' });
  const { rows } = await coverage();
  expect(told(rows)).toEqual({
    'trades ESU4': [
      '07-05+1 held',
      '07-06+1 no_session',
      '07-07+1 held',
      '07-08+1 held degraded',
      '07-09+1 held_partly',
      '07-10+1 vendor_missing',
      '07-11+1 no_session',
    ],
  });
  expect(rows[0]!.ranges[4]).toMatchObject({
    instrumentId: 7,
    parts: [{ start: parseTimestamp('2024-07-09'), end: parseTimestamp('2024-07-09T12:00') }],
  });
  await list(['2024-07-11', '2024-07-12']);
  const asked = await coverage({ from: dayNumber('2024-07-10'), to: dayNumber('2024-07-16') });
  expect(told(asked.rows)['trades ESU4']).toEqual([
    '07-10+1 vendor_missing',
    '07-11+1 fetching',
    '07-12+1 not_bought',
    '07-13+1 no_session',
    '07-14+2 unknown',
  ]);
});

it('every table is one row per schema and raw symbol as of the day', async () => {
  await map('raw_symbol', 'ESU4', 7, '2024-07-01', '2024-07-03');
  await map('raw_symbol', 'ESU4', 9, '2024-07-03', '2024-07-04');
  await map('raw_symbol', 'NQU4', 7, '2024-07-03', '2024-07-05');
  await hold({ ids: [7, 8, 9], start: '2024-07-01', end: '2024-07-05' });
  await hold({ ids: [8], start: '2024-07-01', end: '2024-07-02', schema: 'tbbo' });
  await list(['2024-07-01', '2024-07-02', '2024-07-03', '2024-07-04']);
  expect(told((await coverage()).rows)).toEqual({
    'tbbo 8': ['07-01+1 held'],
    'trades 8': ['07-01+4 held'],
    'trades 9': ['07-01+2 held', '07-03+1 not_bought', '07-04+1 held'],
    'trades ESU4': ['07-01+2 held', '07-03+1 held'],
    'trades NQU4': ['07-03+2 held'],
  });
});

describe('symbols', () => {
  beforeEach(async () => {
    await list(WEEK);
    await map('continuous', 'ES.c.0', 7, '2024-07-05', '2024-07-08');
    await map('continuous', 'ES.c.0', 8, '2024-07-08', '2024-07-10');
    await map('raw_symbol', 'ESU4', 7, '2024-07-05', '2024-07-10');
    await map('raw_symbol', 'ESZ4', 8, '2024-07-05', '2024-07-10');
    await map('raw_symbol', 'ESZ4-ESH5', 10, '2024-07-05', '2024-07-10');
    await map('raw_symbol', 'NQU4', 20, '2024-07-05', '2024-07-10');
    await hold({ ids: [7, 10, 20], start: '2024-07-05', end: '2024-07-09' });
    await hold({ ids: [8], start: '2024-07-08', end: '2024-07-10' });
  });
  const ask = (symbols: readonly string[], query: Partial<CoverageQuery> = {}) =>
    coverage({ dataset: DATASET, symbols, ...query });

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
    expect(await readCoverage(storage, { ...base, ...query }, 10)).toEqual({
      outcome: 'unknown-symbols',
      symbols: ['XX'],
    });
    expect(await readCoverage(storage, { ...base, ...query, dataset: 'A.B' }, 10)).toEqual({
      outcome: 'unknown-dataset',
      known: [DATASET],
    });
  });

  it('are held where every instrument is', async () => {
    await hold({ ids: [EVERY_INSTRUMENT], start: '2024-07-09', end: '2024-07-11' });
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
    const first = await coverage({}, 3);
    expect([first.rows.length, first.leftOff]).toEqual([3, 1]);
    const named = await coverage({ dataset: DATASET, symbols: ['ESU4', 'ESZ4', 'NQU4'] }, 2);
    expect([named.rows.length, named.leftOff]).toEqual([2, 1]);
  });
});

it('quarantined records count on their day, and only while they are open', async () => {
  await list(WEEK);
  const chunk = await hold({ ids: [7, 8], start: '2024-07-05', end: '2024-07-09' });
  await quarantine(chunk, 7, '2024-07-07T12:00');
  await quarantine(chunk, 7, '2024-07-07T13:00');
  await quarantine(chunk, 7, '1999-01-01');
  await quarantine(chunk, 8, null);
  await quarantine(chunk, 8, '2024-07-08', 'released');
  expect(told((await coverage()).rows)).toEqual({
    'trades 7': [
      '07-05+1 held_quarantined 1',
      '07-06+1 no_session',
      '07-07+1 held_quarantined 2',
      '07-08+1 held',
    ],
    'trades 8': ['07-05+1 held_quarantined 1', '07-06+1 no_session', '07-07+2 held'],
  });
});

describe('a day is stale', () => {
  const stale = async () => told((await coverage({ stale: true })).rows);

  it('if it was changed on a later day than that of its purchase', async () => {
    await list(WEEK);
    await hold({ ids: [7], start: '2024-07-05', end: '2024-07-09' });
    await hold({ ids: [8], start: '2024-07-05', end: '2024-07-08T01:00' });
    await hold({
      ids: [9],
      start: '2024-07-05',
      end: '2024-07-09',
      fetchedAt: '2024-09-02T00:00Z',
    });
    expect(await stale()).toEqual({});
    await list(['2024-07-07', '2024-07-08'], 'available', '2024-09-01');
    await list(['2024-07-05'], 'available', '2024-08-01');
    expect(await stale()).toEqual({
      'trades 7': ['07-07+2 held stale since 2024-09-01'],
      'trades 8': [
        '07-07+1 held stale since 2024-09-01',
        '07-08+1 held_partly stale since 2024-09-01',
      ],
    });
    await list(['2024-07-08'], 'available', '2024-09-30');
    expect((await stale())['trades 9']).toEqual(['07-08+1 held stale since 2024-09-30']);
  });

  it('also if its bytes came from the archive after the change', async () => {
    const chunk = await hold({
      ids: [7],
      start: '2024-07-05',
      end: '2024-07-06',
      fetchedAt: '2024-10-01T00:00Z',
    });
    await list(['2024-07-05'], 'available', '2024-09-01');
    expect(await stale()).toEqual({});
    await storage.pool.query(
      `INSERT INTO spend VALUES ($1, 0, 'j', $2, 'trades', '2024-08-01', 1, 48, 0, false, 0.1)`,
      [chunk, DATASET],
    );
    expect(await stale()).toEqual({ 'trades 7': ['07-05+1 held stale since 2024-09-01'] });
  });
});

describe('whether a day has a session is known', () => {
  const states = async (from: string, to: string) =>
    told(
      (
        await coverage({
          dataset: DATASET,
          schema: 'trades',
          symbols: ['7'],
          stypeIn: 'instrument_id',
          from: dayNumber(from),
          to: dayNumber(to),
        })
      ).rows,
    )['trades 7'];

  it('between days that were told together, whatever came of the job', async () => {
    await list(['2024-07-05', '2024-07-08']);
    await list(['2024-07-12']);
    expect(await states('2024-07-04', '2024-07-13')).toEqual([
      '07-04+1 unknown',
      '07-05+1 not_bought',
      '07-06+2 no_session',
      '07-08+1 not_bought',
      '07-09+3 unknown',
      '07-12+1 not_bought',
    ]);
  });

  it('from a job that found none', async () => {
    await list(['2024-07-05']);
    await storage.pool.query(
      `INSERT INTO job (job_id, command, dataset, state, reason, accepted_at)
            VALUES ('j', '{"start": "2024-07-06"}', $1, 'completed', 'no_session', '2024-08-01'),
                   ('k', '{"start": "2024-07-13", "end": "2024-07-20"}', $1, 'completed', 'no_session',
                    '2024-07-14T10:00Z')`,
      [DATASET],
    );
    expect(await states('2024-07-06', '2024-07-08')).toEqual([
      '07-06+1 no_session',
      '07-07+1 unknown',
    ]);
    expect(await states('2024-07-13', '2024-07-15')).toEqual([
      '07-13+1 no_session',
      '07-14+1 unknown',
    ]);
  });

  it('from no file', async () => {
    await hold({ ids: [8], start: '2024-07-05', end: '2024-07-08', source: 'file' });
    expect(await states('2024-07-05', '2024-07-08')).toEqual(['07-05+3 unknown']);
  });
});

it('ten years of days bought one by one are read at once', async () => {
  const ids = Array.from({ length: 40 }, (_, index) => index + 1);
  await storage.pool.query(
    `INSERT INTO chunk (chunk_id, dataset, schema, request, start_ns, end_ns, state, planned_at, fetched_at)
     SELECT 'day' || day, $1, 'trades', '{"source": "api"}', day * 86400000000000, (day + 1) * 86400000000000,
            'complete', '2025-01-01', '2025-01-01' FROM generate_series(16071::bigint, 19722) AS day`,
    [DATASET],
  );
  await storage.pool.query(
    `INSERT INTO coverage (dataset, schema, instrument_id, start_ns, end_ns, chunk_id)
     SELECT dataset, schema, id, start_ns, end_ns, chunk_id FROM chunk, unnest($1::bigint[]) AS id`,
    [ids],
  );
  await storage.pool.query(
    `INSERT INTO dataset_day (dataset, date, condition, last_modified)
     SELECT $1, day::date, 'available', day::date + 1
       FROM generate_series('2014-01-01'::date, '2023-12-31', '1 day') AS day
      WHERE extract(isodow FROM day) <> 6`,
    [DATASET],
  );
  const { rows } = await coverage();
  expect(rows).toHaveLength(ids.length);
  for (const { ranges } of rows) {
    const days = (state: string): number =>
      ranges.reduce((sum, range) => sum + (range.state === state ? range.to - range.from : 0), 0);
    expect([days('held'), days('no_session')]).toEqual([3130, 522]);
  }
});
