/**
 * The fetcher is killed at the places of a job where the most could be lost or bought twice. Each kill hits two
 * jobs, since it takes the bus 15 seconds to deliver the commands of a dead process again.
 */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { HistoricalClient } from '@tapeline/databento';
import { killAndHold, killService } from './kill-service.js';
import { SandboxControl } from './sandbox-control.js';
import { StackClient } from './stack-client.js';
import type { Job } from './stack-client.js';
import { until } from './until.js';

const RANGE = 'timeseries.get_range';
const root = fileURLToPath(new URL('../../', import.meta.url));

let client: StackClient;
let sandbox: SandboxControl;
let databento: HistoricalClient;

beforeAll(async () => {
  client = await StackClient.start('fetcher-crash', { SANDBOX_TRADES_PER_DAY: '6000' });
  sandbox = new SandboxControl(client);
  databento = client.databento();
});
afterEach(() => client.clearFaults());
afterAll(async () => {
  await databento?.close();
  await client?.stop();
});

interface Command {
  readonly schema: string;
  readonly start: string;
  readonly end: string;
}

/** Ranges that follow each other without a gap, and a schema of which planning waits for no other. */
const base = { dataset: 'GLBX.MDP3', symbols: 'ES.c.0,CL.c.0,NG.c.0', stype_in: 'continuous' };
const trades = (start: string, end: string) => ({
  ...base,
  schema: 'trades',
  start: `2024-07-${start}`,
  end: `2024-07-${end}`,
});
const QUOTED = { ...trades('08', '10'), schema: 'tbbo' };
const STREAMED = trades('01', '03');
const PAUSED = trades('03', '08');
const TROUBLED = trades('08', '10');
const POLLED = { ...trades('10', '15'), delivery: 'batch' };
const DOWNLOADED = { ...trades('15', '17'), delivery: 'batch' };
const LOST = { ...trades('17', '22'), delivery: 'batch' };
const APPROVED = { ...trades('22', '24'), max_cost_usd: 0 };

interface Ledger {
  readonly records: number;
  readonly repeated: number;
  readonly cuts: number;
}

async function ledgerOf(jobIds: readonly string[]): Promise<Ledger> {
  const [row] = await client.sql<Ledger>(
    `SELECT sum(records)::int AS records, sum(repeated)::int AS repeated,
            (count(*) FILTER (WHERE is_cut))::int AS cuts
       FROM spend WHERE job_id = ANY($1)`,
    [jobIds],
  );
  return row!;
}

/** The job's sums hold, and what was paid for twice is what follows from its cuts. */
async function expectWhole(job: Job, cuts: number): Promise<void> {
  expect(job).toMatchObject({ state: 'completed', holds: true, reason: null });
  expect(job.fetched).toBe(job.stored + job.quarantined + job.filtered);
  expect(job.fetched).toBe(job.quote!.records);
  const ledger = await ledgerOf([job.job_id]);
  expect(ledger.cuts).toBe(cuts);
  expect(ledger.records - ledger.repeated).toBe(job.fetched);
  // After a cut come again only the records at the time from which it goes on.
  expect(ledger.repeated).toBeLessThanOrEqual(20 * cuts);
  const paid = (job.quote!.usd * ledger.records) / job.quote!.records;
  expect(job.spent_usd).toBeCloseTo(paid, 5);
}

/** Times, ns, from which on a job's records were asked for, by UTC day. */
async function asked({ schema, start, end }: Command): Promise<Record<string, bigint[]>> {
  const days: Record<string, bigint[]> = {};
  for (const { fields } of await sandbox.calls(RANGE)) {
    const from = BigInt(fields['start']!);
    const instant = Temporal.Instant.fromEpochNanoseconds(from);
    const day = instant.toString().slice(0, 10);
    if (fields['schema'] === schema && day >= start && day < end) (days[day] ??= []).push(from);
  }
  return days;
}

const requestsByDay = async (command: Command): Promise<number[]> =>
  Object.values(await asked(command)).map((times) => times.length);

/** Sizes of the files in a folder of the archive and those below it, by name. */
function filesIn(folder: string): Map<string, number> {
  const path = join(client.folder, 'archive', folder);
  if (!existsSync(path)) return new Map();
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizeOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return new Map(files.map(({ parentPath, name }) => [name, sizeOf(join(parentPath, name))]));
}

/** Batch jobs that were bought for a command. */
async function batchJobs({ start, end }: Command): Promise<number> {
  const from = Temporal.Instant.from(`${start}T00:00Z`).epochNanoseconds;
  const to = Temporal.Instant.from(`${end}T00:00Z`).epochNanoseconds;
  const jobs = await databento.batch.listJobs();
  return jobs.filter((job) => job.start >= from && job.start < to).length;
}

const jobs: Job[] = [];

/** Jobs that have ended. */
async function ended(...jobIds: string[]): Promise<Job[]> {
  const found = await Promise.all(jobIds.map((id) => client.ended(id)));
  jobs.push(...found);
  return found;
}

it('is killed while it quotes, and in the middle of a response', async () => {
  await client.fault({ method: RANGE, stall_after_bytes: 90_000 });
  const streamed = await client.submit(STREAMED);
  await sandbox.stalled(RANGE);
  await until(() => filesIn('spool').get('0.dbn.zst.part') === 90_000);
  await client.fault({ method: 'metadata.get_cost', stall: true });
  const quoted = await client.submit(QUOTED);
  await sandbox.stalled('metadata.get_cost');

  await killService(client, 'fetcher');
  const [first, second] = await ended(quoted, streamed);
  await expectWhole(first!, 0);
  expect(await requestsByDay(QUOTED)).toEqual([1, 1]);
  await expectWhole(second!, 1);
  const { '2024-07-01': cut, ...others } = await asked(STREAMED);
  expect(cut).toHaveLength(2);
  expect(cut![1]).toBeGreaterThan(cut![0]!);
  expect(Object.values(others).map((times) => times.length)).toEqual([1]);
});

it('is killed between two chunks, and amid cuts and a burst of 503', async () => {
  await client.fault({ method: RANGE, stall: true });
  const paused = await client.submit(PAUSED);
  await sandbox.stalled(RANGE);
  await client.fault({ method: RANGE, stall: true });
  await sandbox.letGo(RANGE);
  await sandbox.stalled(RANGE);
  await client.fault({ method: RANGE, status: 503, times: 2 });
  await client.fault({ method: RANGE, cut_after_bytes: 60_000, times: 2 });
  await client.fault({ method: RANGE, stall_after_bytes: 60_000 });
  const troubled = await client.submit(TROUBLED);
  await sandbox.stalled(RANGE, 2);
  await until(() => filesIn('spool').get('2.dbn.zst.part') === 60_000);
  await client.fault({ method: RANGE, status: 503, times: 3 });
  await client.fault({ method: RANGE, cut_after_bytes: 10_000 });

  await killService(client, 'fetcher');
  const [first, second] = await ended(paused, troubled);
  const days = await asked(PAUSED);
  expect(days['2024-07-03']).toHaveLength(1);
  const cuts = (await ledgerOf([paused])).cuts;
  // The cut that was left met the one job or the other.
  expect(cuts).toBeLessThanOrEqual(1);
  await expectWhole(first!, cuts);
  await expectWhole(second!, 4 - cuts);
  const { '2024-07-08': times } = await asked(TROUBLED);
  expect(times).toEqual(times!.toSorted((a, b) => Number(a - b)));
});

it('is killed while it waits for a batch job, and while it downloads a file of another', async () => {
  await client.fault({ method: 'batch.download', stall_after_bytes: 5_000 });
  const downloaded = await client.submit(DOWNLOADED);
  await sandbox.stalled('batch.download');
  await until(() => {
    const files = [...filesIn('batch')];
    const isPart = ([name, size]: [string, number]) => name.endsWith('.part') && size === 5_000;
    return files.some(isPart) && files.some(([name]) => name.endsWith('.zst'));
  });
  await client.fault({ method: 'batch.submit_job', done_after_polls: 2 });
  await client.fault({ method: 'batch.get_job_details', stall: true });
  const polled = await client.submit(POLLED);
  await sandbox.stalled('batch.get_job_details');
  await client.fault({ method: 'batch.get_job_details', stall: true });
  await sandbox.letGo('batch.get_job_details');
  await sandbox.stalled('batch.get_job_details');

  await killService(client, 'fetcher');
  const found = await ended(polled, downloaded);
  for (const job of found) await expectWhole(job, 0);
  expect(await batchJobs(POLLED)).toBe(1);
  expect(await batchJobs(DOWNLOADED)).toBe(1);
  const downloads = (await sandbox.calls('batch.download')).filter(({ filename }) =>
    /-2024071[56]\./.test(filename!),
  );
  // One file whole before the kill, the other in two pieces.
  expect(new Set(downloads.map(({ filename }) => filename)).size).toBe(2);
  expect(downloads.map(({ range }) => range).filter((range) => range !== undefined)).toEqual([
    'bytes=5000-',
  ]);
  expect(downloads).toHaveLength(3);
});

it('is killed when the answer to a submission is lost, and is away when a job is approved', async () => {
  const approved = await client.submit(APPROVED);
  expect(await client.ended(approved)).toMatchObject({ state: 'awaiting_approval' });
  await client.fault({ method: 'batch.submit_job', stall: true });
  const submissions = (await sandbox.calls('batch.submit_job')).length;
  const lost = await client.submit(LOST);
  await sandbox.stalled('batch.submit_job');
  await client.fault({ method: 'batch.submit_job', lose_answer: true });
  await client.fault({ method: 'batch.list_jobs', stall: true });
  await sandbox.letGo('batch.submit_job');
  await sandbox.stalled('batch.list_jobs');

  const letGo = await killAndHold(client, 'fetcher');
  try {
    expect((await client.decide(approved, 'approve')).status).toBe(202);
    expect(await client.job(approved)).toMatchObject({ state: 'awaiting_approval' });
  } finally {
    letGo();
  }
  await until(async () => {
    const job = await client.job(approved);
    return job !== undefined && job.state !== 'awaiting_approval';
  });
  const [first, second] = await ended(approved, lost);
  await expectWhole(first!, 0);
  expect(await requestsByDay(APPROVED)).toEqual([1, 1]);
  await expectWhole(second!, 0);
  expect(await batchJobs(LOST)).toBe(1);
  expect(await sandbox.calls('batch.submit_job')).toHaveLength(submissions + 1);
});

/** What is in the tables, in whatever order. */
const fingerprint = (): Promise<object[]> =>
  client.sql(
    `SELECT count(*) AS rows, sum(hashtextextended(t::text, 0))::text AS content FROM trades t
     UNION ALL SELECT count(*), sum(hashtextextended(t::text, 0))::text FROM tbbo t`,
  );

it('keeps each chunk once, and the same rows as if nobody had killed it', async () => {
  expect(jobs).toHaveLength(8);
  expect([...filesIn('spool')]).toEqual([]);
  expect([...filesIn('batch')]).toEqual([]);
  const chunks = await client.count('chunk WHERE fetched > 0');
  expect(await verifyArchive()).toMatchObject({ chunks, damaged: 0 });

  const found = await fingerprint();
  const ledger = await ledgerOf(jobs.map((job) => job.job_id));
  const rows = (await client.count('trades')) + (await client.count('tbbo'));
  expect(ledger.records - ledger.repeated).toBe(rows);
  const costs = await client.gateway('/v1/costs');
  expect(await costs.json()).toMatchObject({
    spent_usd: expect.closeTo(
      jobs.reduce((sum, job) => sum + job.spent_usd, 0),
      5,
    ),
    committed_usd: 0,
  });

  for (const isArchived of [true, false]) {
    await client.sql('TRUNCATE trades, tbbo, chunk, coverage, job_chunk, ledger, spend');
    if (!isArchived) await client.forgetArchive();
    const others = await Promise.all([client.run(trades('01', '24')), client.run(QUOTED)]);
    for (const job of others) expect(job).toMatchObject({ state: 'completed', holds: true });
    expect(others.every((job) => job.spent_usd > 0)).toBe(!isArchived);
    expect(await fingerprint()).toEqual(found);
  }
});

/** What `tapeline archive verify` says of this stack's archive. */
async function verifyArchive(): Promise<object> {
  const env = {
    ...process.env,
    NODE_OPTIONS: '',
    ARCHIVE_FOLDER: join(client.folder, 'archive'),
  };
  const command = [join(root, 'cli', 'bin', 'tapeline.js'), 'archive', 'verify', '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, command, { env, cwd: root });
  return JSON.parse(stdout) as object;
}
