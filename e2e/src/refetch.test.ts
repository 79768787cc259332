/** Days that Databento changed after they were bought: found, fetched again, and replaced at one stroke. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Answer } from './expected-records.js';
import { StackClient } from './stack-client.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);
let client: StackClient;

const trades = { dataset: 'GLBX.MDP3', schema: 'trades' };
const es = { ...trades, symbols: 'ES.c.0', stype_in: 'continuous' };
const range = { start: '2024-07-01', end: '2024-07-03' };

beforeAll(async () => {
  client = await StackClient.start('refetch', { SANDBOX_TRADES_PER_DAY: '3000' });
  for (const symbols of ['ES.c.0', 'CL.c.0']) {
    const { state, holds } = await client.run({ ...es, symbols, ...range });
    if (state !== 'completed' || !holds) throw new Error(`${symbols}: ${state}`);
  }
});
afterAll(() => client?.stop());

/** As if all that is held had been bought a week ago. */
async function age(): Promise<void> {
  await client.sql("UPDATE chunk SET fetched_at = fetched_at - INTERVAL '7 days'");
  await client.sql("UPDATE spend SET at = at - INTERVAL '7 days'");
}

const day = (symbols: string, date: string): Promise<Answer[]> =>
  client.records({ ...es, symbols, start: date });

async function tapeline(...args: string[]): Promise<string> {
  const env = client.cliEnv;
  const bin = join(root, 'cli', 'bin', 'tapeline.js');
  return (await run(process.execPath, [bin, ...args], { env, cwd: root })).stdout;
}

const refetch = (symbols: string): string[] =>
  `ingest --dataset GLBX.MDP3 --schema trades -s ${symbols} --stype-in continuous
   --start ${range.start} --end ${range.end} --refetch`.split(/\s+/);

it('fetches nothing again as long as Databento has changed nothing', async () => {
  await age();
  const [before] = await client.sql<{ count: string }>('SELECT count(*) FROM spend');
  const job = await client.run({ ...es, ...range, refetch: 'stale' });
  expect(job).toMatchObject({
    state: 'completed',
    reason: 'already_held',
    message:
      'all of it is held, and Databento has not changed it since it was bought; nothing was requested',
  });
  expect(await client.sql('SELECT count(*) FROM spend')).toEqual([before]);
});

it('replaces a changed day; a reader sees all of the old rows or all of the new ones', async () => {
  await client.fault({ method: 'restate', dataset: 'GLBX.MDP3', date: '2024-07-02' });
  const [first, old, other] = await Promise.all([
    day('ES.c.0', '2024-07-01'),
    day('ES.c.0', '2024-07-02'),
    day('CL.c.0', '2024-07-02'),
  ]);
  // What a dry run asks of the days is kept, so from now on it is known which are stale.
  expect(await tapeline(...refetch('ES.c.0'), '--dry-run')).toMatch(
    /│ instrument_id │ 2024-07-02 │ 2024-07-03 +│ +1 │ +2,899 │/,
  );
  expect(await tapeline('coverage', '--stale')).toMatch(
    /2024-07-02[\s\S]*changed 2 days of 2 symbols after they were bought; 'tapeline ingest --refetch'/,
  );

  const jobId = await client.submit({ ...es, ...range, refetch: 'stale' });
  const seen = new Set<string>();
  let job = await client.job(jobId);
  while (!job || job.state === 'accepted' || job.state === 'running') {
    seen.add(JSON.stringify(await day('ES.c.0', '2024-07-02')));
    job = await client.job(jobId);
  }
  expect(job).toMatchObject({ state: 'completed', holds: true, replaced: old.length });
  expect(job.fetched).toBeLessThan(old.length);

  const now = await day('ES.c.0', '2024-07-02');
  expect(now).toHaveLength(job.stored);
  expect(now).not.toEqual(old);
  const whole = new Set([old, now].map((answer) => JSON.stringify(answer)));
  expect([...seen].filter((answer) => !whole.has(answer))).toHaveLength(0);
  expect(seen.has(JSON.stringify(old))).toBe(true);

  expect(await day('ES.c.0', '2024-07-01')).toEqual(first);
  expect(await day('CL.c.0', '2024-07-02')).toEqual(other);
  expect(
    await tapeline(
      'coverage',
      '--stale',
      '-s',
      'ES.c.0',
      '--stype-in',
      'continuous',
      '--dataset',
      'GLBX.MDP3',
    ),
  ).toMatch(/nothing held was changed/);
  expect(JSON.parse(await tapeline('archive', 'verify', '--json'))).toMatchObject({ damaged: 0 });
});

it('is held like anything else afterwards', async () => {
  const job = await client.run({ ...es, ...range });
  expect(job).toMatchObject({ state: 'completed', reason: 'already_held' });
});

it('fetches the rest of a stale day, and everything on request', async () => {
  const out = await tapeline(...refetch('ES.c.0,CL.c.0'), '--watch');
  expect(out).toMatch(/completed[\s\S]* rows held before were replaced/);
  expect(await tapeline('coverage', '--stale')).toMatch(/nothing held was changed/);

  const es2 = await day('ES.c.0', '2024-07-02');
  const all = await client.run({ ...es, ...range, refetch: 'all' });
  expect(all.replaced).toBe(all.stored);
  expect(await day('ES.c.0', '2024-07-02')).toEqual(es2);
});

it('keeps what is held where the source has nothing any more', async () => {
  const before = await day('ES.c.0', '2024-07-01');
  await client.fault({
    method: 'timeseries.get_range',
    status: 422,
    case: 'symbology_invalid_request',
    message: 'None of the symbols could be resolved',
  });
  const job = await client.run({ ...es, start: '2024-07-01', refetch: 'all' });
  expect(job).toMatchObject({ state: 'failed', reason: 'no_records' });
  expect(job.message).toMatch(/no records any more .* they are kept/);
  expect(await day('ES.c.0', '2024-07-01')).toEqual(before);
});
