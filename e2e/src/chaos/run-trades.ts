/** A job of trades, in peace or while things are done to what it depends on. */
import { setTimeout as delay } from 'node:timers/promises';
import { heldTables, instrumentChecksums, Storage } from '@tapeline/storage';
import { StackClient } from '../stack-client.js';
import type { Job } from '../stack-client.js';
import { inflictFault } from './inflict-fault.js';
import type { Fault } from './plan-faults.js';
import { watchMemory } from './watch-memory.js';
import { Ways } from './ways.js';

/** Tuesday to Thursday, full sessions; futures of two roots with their calendar spreads. */
const COMMAND = {
  dataset: 'GLBX.MDP3',
  schema: 'trades',
  symbols: ['ES.FUT', 'NG.FUT'],
  stype_in: 'parent',
  start: '2024-07-09',
  end: '2024-07-12',
};

/** A job that takes longer will never end. */
const LONGEST_MS = 600_000;
const POLL_MS = 50;

/** A fault and where it struck. */
export interface DoneFault {
  readonly fault: Fault;
  /** The process or way: of a cluster the node that was the leader. */
  readonly struck: string;
  /** Since the job was submitted. */
  readonly atMs: number;
}

export interface RunResult {
  readonly job: Job;
  readonly rows: number;
  /** Content of the table by instrument, whatever the order of its rows. */
  readonly checksums: Readonly<Record<string, string>>;
  readonly seconds: number;
  readonly deadLetters: number;
  readonly faults: readonly DoneFault[];
  /** Most resident memory of each service, MiB. */
  readonly peakMiB: Readonly<Record<string, number>>;
}

/** The result, and what is wrong with it. */
export interface CheckedRun extends RunResult {
  /** Compared with the undisturbed run, in words; none if all is well. The stack's folder stays if there are some. */
  readonly differences: readonly string[];
}

export interface RunOptions {
  /** Tells the stacks of parallel runs apart. */
  readonly name: string;
  /** Of the busiest contract. */
  readonly tradesPerDay: number;
  /** What happens, and the undisturbed run, of whose rows a fault's share is one. */
  readonly disturbance?: { readonly faults: readonly Fault[]; readonly peace: RunResult };
  /** Three nats-servers with three replicas of each stream. */
  readonly cluster?: boolean;
  readonly onFault?: (done: DoneFault) => void;
}

/**
 * Runs the job on a fresh stack, whose services reach nats-server and PostgreSQL by ways that can break.
 * @throws after ten minutes. The message names the stack's folder, which stays.
 */
export async function runTrades(options: RunOptions): Promise<CheckedRun> {
  const { name, tradesPerDay, cluster = false } = options;
  await using ways = new Ways();
  const client = await StackClient.start(
    name,
    { SANDBOX_TRADES_PER_DAY: String(tradesPerDay) },
    { reach: (line, url) => ways.open(line, url), natsNodes: cluster ? 3 : 1 },
  );
  let well = false;
  try {
    const result = await disturb(client, ways, options);
    const differences = findDifferences(result, options.disturbance?.peace ?? result);
    well = differences.length === 0;
    return { ...result, differences };
  } catch (cause) {
    throw new Error(`not ended: ${(cause as Error).message}. See ${client.folder}`, { cause });
  } finally {
    if (well) await client.stop();
    else await client.stack.stop();
  }
}

async function disturb(
  client: StackClient,
  ways: Ways,
  { disturbance, onFault }: RunOptions,
): Promise<RunResult> {
  const { stack } = client;
  const signal = AbortSignal.timeout(LONGEST_MS);
  using memory = watchMemory(stack);
  const started = performance.now();
  const jobId = await client.submit(COMMAND);
  const done: DoneFault[] = [];
  const ending: Promise<void>[] = [];
  for (const fault of disturbance?.faults ?? []) {
    await whenStored(client, jobId, disturbance!.peace.rows * fault.share, signal);
    const { struck, ended } = await inflictFault({ stack, ways }, fault, signal);
    ending.push(ended);
    done.push({ fault, struck, atMs: Math.round(performance.now() - started) });
    onFault?.(done.at(-1)!);
  }
  await Promise.all(ending);
  const job = await whenEnded(client, jobId, signal);
  const seconds = (performance.now() - started) / 1000;
  // A fault at the very end may have taken away what is asked here.
  const deadLetters = await patiently(signal, () => client.deadLetters());
  const content = await patiently(signal, () => readContent(stack.urls.postgres));
  return { job, seconds, deadLetters, faults: done, peakMiB: memory.peakMiB, ...content };
}

async function patiently<Answer>(signal: AbortSignal, ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (signal.aborted) throw error;
      await delay(POLL_MS);
    }
  }
}

function findDifferences(run: RunResult, peace: RunResult): string[] {
  const { job } = run;
  const { fetched, stored, quarantined, filtered } = job;
  const ids = new Set([...Object.keys(run.checksums), ...Object.keys(peace.checksums)]);
  const different = [...ids].filter((id) => run.checksums[id] !== peace.checksums[id]);
  return [
    ...(job.state === 'completed' ? [] : [`the job is ${job.state}: ${job.message}`]),
    ...(sumsHold(run) && fetched === peace.job.fetched
      ? []
      : [
          `${fetched} fetched, ${stored} stored, ${quarantined} quarantined, ${filtered} filtered, ${run.rows} rows`,
        ]),
    ...different.map((id) => `instrument ${id} is not the same`),
    ...(run.deadLetters === 0 ? [] : [`${run.deadLetters} dead letters`]),
  ];
}

/** Whether every record that was fetched is accounted for, and what counts as stored is there. */
export const sumsHold = ({ job, rows }: RunResult): boolean =>
  job.holds && job.fetched === rows + job.quarantined + job.filtered;

/** Resolves once so many rows are in the ledger, or the job has ended without them. */
async function whenStored(
  client: StackClient,
  jobId: string,
  rows: number,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    try {
      const [row] = await client.sql<{ sum: string | null }>('SELECT sum(stored) FROM ledger');
      if (Number(row?.sum ?? 0) >= rows) return;
      if (hasEnded(await client.job(jobId))) return;
    } catch {
      // PostgreSQL or the gateway is away.
    }
    await delay(POLL_MS, undefined, { signal });
  }
}

async function whenEnded(client: StackClient, jobId: string, signal: AbortSignal): Promise<Job> {
  for (;;) {
    const job = await client.job(jobId).catch(() => undefined);
    if (hasEnded(job)) return job;
    await delay(POLL_MS, undefined, { signal });
  }
}

const hasEnded = (job: Job | undefined): job is Job =>
  job !== undefined && !['accepted', 'running', 'cancelling'].includes(job.state);

async function readContent(url: string): Promise<Pick<RunResult, 'rows' | 'checksums'>> {
  const storage = Storage.open({ url, connections: 1 });
  try {
    const tables = await heldTables(storage.pool);
    const sums = await instrumentChecksums(
      storage.pool,
      tables.find(({ name }) => name === 'trades')!,
    );
    return {
      rows: sums.reduce((sum, { rows }) => sum + Number(rows), 0),
      checksums: Object.fromEntries(
        sums.map(({ instrumentId, rows, checksum }) => [
          String(instrumentId),
          `${rows}:${checksum}`,
        ]),
      ),
    };
  } finally {
    await storage.close();
  }
}
