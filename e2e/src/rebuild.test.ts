/** The tables of jobs, coverage and spending are lost, and come back as they were. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { StackClient } from './stack-client.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
let client: StackClient;

const TABLES: Readonly<Record<string, string>> = {
  job: 'job_id',
  job_chunk: 'job_id, chunk_id',
  chunk: 'chunk_id',
  coverage: 'chunk_id, instrument_id, start_ns',
  spend: 'chunk_id, part',
  dataset_day: 'dataset, date',
};

const SYMBOLOGY = `SELECT dataset, stype_in, symbol, instrument_id, range_agg(daterange(d0, d1))::text AS days
  FROM symbology GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`;

/** All rows, without the time at which days were asked for; of the symbology what each symbol meant on which days. */
async function snapshot(): Promise<Record<string, unknown[]>> {
  const tables: Record<string, unknown[]> = { symbology: await client.sql(SYMBOLOGY) };
  for (const [table, order] of Object.entries(TABLES)) {
    tables[table] = await client.sql(
      `SELECT to_jsonb(t) - 'seen_at' AS row FROM ${table} t ORDER BY ${order}`,
    );
  }
  return tables;
}

interface Report {
  readonly applied: boolean;
  readonly archived_chunks: number;
  readonly tables: readonly Record<'table' | 'missing' | 'extra' | 'different', unknown>[];
  readonly problems: readonly unknown[];
}

function rebuild(...args: string[]): Promise<{ code: number; err: string; report: Report }> {
  const { postgres, nats } = client.stack.urls;
  const env = {
    ...process.env,
    DATABASE_URL: postgres,
    NATS_URL: nats,
    ARCHIVE_FOLDER: join(client.folder, 'archive'),
    TAPELINE_STATE_DIR: client.folder,
    NODE_OPTIONS: '',
  };
  const bin = join(root, 'cli', 'bin', 'tapeline.js');
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [bin, 'rebuild', '--json', ...args],
      { env, cwd: root },
      (error, out, err) => {
        const code = typeof error?.code === 'number' ? error.code : 0;
        resolve({ code, err, report: (out === '' ? {} : JSON.parse(out)) as Report });
      },
    );
  });
}

const day = { dataset: 'GLBX.MDP3', schema: 'trades', start: '2024-07-01' };
const es = { ...day, symbols: 'ES.c.0', stype_in: 'continuous', end: '2024-07-03' };

beforeAll(async () => {
  client = await StackClient.start('rebuild', { SANDBOX_TRADES_PER_DAY: '500' });
  for (const command of [
    es,
    { ...day, symbols: 'ESU4,CLU4,NOSUCH' },
    { ...day, symbols: 'ALL_SYMBOLS', start: '2024-07-05' },
    { ...day, schema: 'definition', symbols: 'ES.FUT', stype_in: 'parent' },
    { ...day, symbols: 'ESU4', start: '2024-07-08', limit: 100 },
    { ...es, refetch: 'all' },
    { ...day, symbols: 'NOSUCH' },
  ]) {
    const { state, message } = await client.run(command);
    if (state !== 'completed') throw new Error(`${JSON.stringify(command)}: ${state}: ${message}`);
  }
});
afterAll(() => client?.stop());

it('finds nothing to change while nothing is lost', async () => {
  const { code, err, report } = await rebuild('--dry-run');
  expect(err).toBe('');
  for (const { table, missing, extra, different, ...rest } of report.tables) {
    expect({ table, missing, extra, different, rest }).toMatchObject({
      missing: 0,
      extra: 0,
      different: 0,
    });
  }
  expect(report).toMatchObject({ applied: false, problems: [] });
  expect(report.archived_chunks).toBeGreaterThan(5);
  expect(code).toBe(0);
});

it('brings every row back as it was, while the services run, and they go on', async () => {
  const before = await snapshot();
  expect(Object.entries(before).filter(([, rows]) => rows.length === 0)).toEqual([]);
  await client.sql(`TRUNCATE symbology, ${Object.keys(TABLES).join(', ')}`);
  const dry = await rebuild('--dry-run');
  expect([dry.code, dry.report.applied]).toEqual([1, false]);
  expect(await client.count('chunk')).toBe(0);
  const { code, err, report } = await rebuild();
  expect([err, code, report.applied, report.problems]).toEqual(['', 0, true, []]);
  expect(await snapshot()).toEqual(before);

  const again = await client.run(es);
  expect(again).toMatchObject({ state: 'completed', reason: 'already_held', spent_usd: 0 });
  const job = await client.run({ ...es, start: '2024-07-09', end: '2024-07-10' });
  expect(job).toMatchObject({ state: 'completed', holds: true });
  expect((await rebuild('--dry-run')).report).toMatchObject({ problems: [], applied: false });
});
