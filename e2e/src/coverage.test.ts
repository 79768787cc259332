/** What is held, day by day, as the commands and the gateway tell it. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { StackClient } from './stack-client.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);
let client: StackClient;

beforeAll(async () => {
  client = await StackClient.start('coverage', { SANDBOX_TRADES_PER_DAY: '200' });
  const job = { dataset: 'GLBX.MDP3', schema: 'trades' };
  // From a Thursday over a weekend to a Tuesday, less the Monday; 2024-07-04 is a session on Globex.
  const front = { ...job, symbols: 'ES.c.0', stype_in: 'continuous' };
  const parent = { ...job, symbols: 'ES.FUT', stype_in: 'parent' };
  for (const command of [
    { ...front, start: '2024-07-04', end: '2024-07-08' },
    { ...front, start: '2024-07-09T13:30', end: '2024-07-09T20:00' },
    { ...front, start: '2024-07-08', end: '2024-07-11', dry_run: true },
    { ...parent, start: '2024-07-05', end: '2024-07-06' },
    { ...front, start: '2024-07-13' },
  ]) {
    const { state, holds, message } = await client.run(command);
    if (state !== 'completed' || !holds) throw new Error(`${state}: ${message}`);
  }
});
afterAll(() => client?.stop());

interface Row {
  readonly schema: string;
  readonly symbol: string;
  readonly ranges: readonly Record<string, unknown>[];
}

/** The rows of the gateway's answer, each range in a few words. */
async function told(parameters: Record<string, string>): Promise<Record<string, string[]>> {
  const query = new URLSearchParams(parameters).toString();
  const response = await client.gateway(`/v1/coverage?${query}`);
  const { rows } = (await response.json()) as { rows: Row[] };
  return Object.fromEntries(
    rows.map(({ symbol, ranges }) => [
      symbol,
      ranges.map((range) =>
        [
          `${String(range['start']).slice(5)} ${String(range['end']).slice(5)} ${String(range['state'])}`,
          ...(range['quarantined'] === 0 ? [] : [range['quarantined']]),
          ...(range['stale'] === true ? ['stale'] : []),
        ].join(' '),
      ),
    ]),
  );
}

const front = { dataset: 'GLBX.MDP3', schema: 'trades', symbols: 'ES.c.0', stype_in: 'continuous' };
const days = { start: '2024-07-04', end: '2024-07-15' };

it('tells each day by what is held and by what Databento lists', async () => {
  expect(await told({ ...front, ...days })).toEqual({
    'ES.c.0': [
      '07-04 07-06 held',
      '07-06 07-07 no_session',
      '07-07 07-08 held',
      '07-08 07-09 not_bought',
      '07-09 07-10 held_partly',
      '07-10 07-11 not_bought',
      '07-11 07-13 unknown',
      '07-13 07-14 no_session',
      '07-14 07-15 unknown',
    ],
  });
});

it('tells of every contract that is held under its own symbol', async () => {
  const all = await told({});
  expect(all['ESU4']).toEqual([
    '07-04 07-06 held',
    '07-06 07-07 no_session',
    '07-07 07-08 held',
    '07-08 07-09 not_bought',
    '07-09 07-10 held_partly',
  ]);
  expect(all['ESZ4']).toEqual(['07-05 07-06 held']);
  const parent = await told({ ...front, symbols: 'ES.FUT', stype_in: 'parent' });
  expect(Object.keys(parent).length).toBeGreaterThan(2);
  expect(parent).toEqual(all);
});

it('marks days with refused records, and days that were changed since', async () => {
  await client.sql(
    `INSERT INTO quarantine (dataset, schema, chunk_id, batch_id, job_id, ordinal, instrument_id, ts_ns,
                             rule, reason, record, rules_version)
     SELECT dataset, schema, chunk_id, chunk_id || '.0', 'j', 1000000, instrument_id, start_ns, 'price', 'no price',
            '{}', 'v'
       FROM coverage JOIN symbology USING (dataset, instrument_id)
      WHERE symbol = 'ES.c.0' AND start_ns = 1720051200000000000 LIMIT 1`,
  );
  await client.sql(
    `UPDATE dataset_day SET last_modified = (now() AT TIME ZONE 'UTC')::date + 1 WHERE date = '2024-07-07'`,
  );
  expect(await told({ ...front, start: '2024-07-04', end: '2024-07-08' })).toEqual({
    'ES.c.0': [
      '07-04 07-05 held_quarantined 1',
      '07-05 07-06 held',
      '07-06 07-07 no_session',
      '07-07 07-08 held stale',
    ],
  });
  expect(await told({ ...front, stale: 'true' })).toEqual({ 'ES.c.0': ['07-07 07-08 held stale'] });
});

it('prints a table, a calendar and what is stale', async () => {
  const env = client.cliEnv;
  const tapeline = async (...args: string[]) => {
    const options = ['--dataset', 'GLBX.MDP3', '--symbols', 'ES.c.0', '--stype-in', 'continuous'];
    const command = [join(root, 'cli', 'bin', 'tapeline.js'), 'coverage', ...options, ...args];
    return (await run(process.execPath, command, { env, cwd: root })).stdout;
  };
  const table = await tapeline();
  expect(table).toMatch(/held partly +│ 2024-07-09 │ 2024-07-09 │ +1 │ ESU4, 13:30 to 20:00/);
  expect(table).toMatch(/held, with quarantined rows inside │ 2024-07-04 .* 1 in quarantine/);
  expect(table).toMatch(/changed 1 day of 1 symbol after they were bought; --stale lists them/);
  expect(await tapeline('--calendar')).toContain('2024 Jul     !█·s ░▄\n');
  expect(await tapeline('--stale')).toMatch(/2024-07-07 │ 2024-07-07[\s\S]*ingest --refetch/);
  expect(JSON.parse(await tapeline('--json'))).toMatchObject({
    rows: [{ symbol: 'ES.c.0', stale_days: 1 }],
  });
});
