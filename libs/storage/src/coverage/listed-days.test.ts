/** What follows from the days that Databento lists: sessions, and data that was changed since. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { testDatabase } from '@tapeline/testing';
import type { TestDatabase } from '@tapeline/testing';
import { migrate } from '../schema/migrate.js';
import { Storage } from '../storage.js';
import { CoverageFixture, DATASET, told, WEEK } from './coverage-fixture.js';
import { dayNumber } from './day-number.js';

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

describe('a day is stale', () => {
  const stale = async () => told((await given.coverage({ stale: true })).rows);

  it('if it was changed on a later day than that of its purchase', async () => {
    await given.list(WEEK);
    await given.hold({ ids: [7], start: '2024-07-05', end: '2024-07-09' });
    await given.hold({ ids: [8], start: '2024-07-05', end: '2024-07-08T01:00' });
    await given.hold({
      ids: [9],
      start: '2024-07-05',
      end: '2024-07-09',
      fetchedAt: '2024-09-02T00:00Z',
    });
    expect(await stale()).toEqual({});
    await given.list(['2024-07-07', '2024-07-08'], 'available', '2024-09-01');
    await given.list(['2024-07-05'], 'available', '2024-08-01');
    expect(await stale()).toEqual({
      'trades 7': ['07-07+2 held stale since 2024-09-01'],
      'trades 8': [
        '07-07+1 held stale since 2024-09-01',
        '07-08+1 held_partly stale since 2024-09-01',
      ],
    });
    await given.list(['2024-07-08'], 'available', '2024-09-30');
    expect((await stale())['trades 9']).toEqual(['07-08+1 held stale since 2024-09-30']);
  });

  it('also if its bytes came from the archive after the change', async () => {
    const chunk = await given.hold({
      ids: [7],
      start: '2024-07-05',
      end: '2024-07-06',
      fetchedAt: '2024-10-01T00:00Z',
    });
    await given.list(['2024-07-05'], 'available', '2024-09-01');
    expect(await stale()).toEqual({});
    await given.storage.pool.query(
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
        await given.coverage({
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
    await given.list(['2024-07-05', '2024-07-08']);
    await given.list(['2024-07-12']);
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
    await given.list(['2024-07-05']);
    await given.storage.pool.query(
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
    await given.hold({ ids: [8], start: '2024-07-05', end: '2024-07-08', source: 'file' });
    expect(await states('2024-07-05', '2024-07-08')).toEqual(['07-05+3 unknown']);
  });
});

it('ten years of days bought one by one are read at once', async () => {
  const ids = Array.from({ length: 40 }, (_, index) => index + 1);
  await given.storage.pool.query(
    `INSERT INTO chunk (chunk_id, dataset, schema, request, start_ns, end_ns, state, planned_at, fetched_at)
     SELECT 'day' || day, $1, 'trades', '{"source": "api"}', day * 86400000000000, (day + 1) * 86400000000000,
            'complete', '2025-01-01', '2025-01-01' FROM generate_series(16071::bigint, 19722) AS day`,
    [DATASET],
  );
  await given.storage.pool.query(
    `INSERT INTO coverage (dataset, schema, instrument_id, start_ns, end_ns, chunk_id)
     SELECT dataset, schema, id, start_ns, end_ns, chunk_id FROM chunk, unnest($1::bigint[]) AS id`,
    [ids],
  );
  await given.storage.pool.query(
    `INSERT INTO dataset_day (dataset, date, condition, last_modified)
     SELECT $1, day::date, 'available', day::date + 1
       FROM generate_series('2014-01-01'::date, '2023-12-31', '1 day') AS day
      WHERE extract(isodow FROM day) <> 6`,
    [DATASET],
  );
  const { rows } = await given.coverage();
  expect(rows).toHaveLength(ids.length);
  for (const { ranges } of rows) {
    const days = (state: string): number =>
      ranges.reduce((sum, range) => sum + (range.state === state ? range.to - range.from : 0), 0);
    expect([days('held'), days('no_session')]).toEqual([3130, 522]);
  }
});
