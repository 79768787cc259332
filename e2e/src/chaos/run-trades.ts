/** A job of trades, in peace or while things are done to what it depends on. */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { contentChecksum, heldTables, Storage } from '@tapeline/storage';
import { StackClient } from '../stack-client.js';
import type { Job } from '../stack-client.js';
import type { Fault, Line, Victim } from './plan-faults.js';
import { openUnsteadyProxy } from './unsteady-proxy.js';
import type { UnsteadyProxy } from './unsteady-proxy.js';

/** Days of the job: Tuesday to Thursday, full sessions. */
const DAYS = 3;

export interface RunResult {
  readonly job: Job;
  readonly rows: number;
  /** Content of the table, whatever the order of its rows. */
  readonly checksum: string;
  readonly seconds: number;
  readonly deadLetters: number;
  /** Most resident memory of each service, MiB. */
  readonly peakMiB: Readonly<Record<string, number>>;
}

export interface RunOptions {
  /** Tells the stacks of parallel runs apart. */
  readonly name: string;
  /** Of the front contract; with all days the job has about three and a half times as many. */
  readonly tradesPerDay: number;
  readonly faults: readonly Fault[];
  readonly onFault?: (fault: Fault) => void;
}

/** Runs the job on a fresh stack, whose services reach nats-server and PostgreSQL by ways that can break. */
export async function runTrades({
  name,
  tradesPerDay,
  faults,
  onFault,
}: RunOptions): Promise<RunResult> {
  await using ways = new Ways();
  const client = await StackClient.start(
    name,
    { SANDBOX_TRADES_PER_DAY: String(tradesPerDay) },
    (line, url) => ways.open(line, url),
  );
  try {
    const memory = watchMemory(client);
    const started = performance.now();
    const jobId = await client.submit({
      dataset: 'GLBX.MDP3',
      schema: 'trades',
      symbols: 'ES.c.0',
      stype_in: 'continuous',
      start: '2024-07-09',
      end: `2024-07-${String(9 + DAYS).padStart(2, '0')}`,
    });
    const ending: Promise<void>[] = [];
    for (const fault of faults) {
      while ((await stored(client)) < tradesPerDay * DAYS * fault.share) await delay(20);
      onFault?.(fault);
      ending.push((await inflict(client, ways, fault)).ended);
    }
    await Promise.all(ending);
    const job = await client.ended(jobId);
    const seconds = (performance.now() - started) / 1000;
    const peakMiB = await memory.stop();
    const deadLetters = await client.deadLetters();
    return { job, seconds, deadLetters, peakMiB, ...(await fingerprint(client)) };
  } finally {
    await client.stop();
  }
}

class Ways implements AsyncDisposable {
  readonly #open = new Map<Line, UnsteadyProxy>();

  async open(line: Line, url: string): Promise<string> {
    const proxy = await openUnsteadyProxy(url);
    this.#open.set(line, proxy);
    return proxy.url;
  }

  of(line: Line): UnsteadyProxy {
    return this.#open.get(line)!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const proxy of this.#open.values()) await proxy[Symbol.asyncDispose]();
  }
}

/** Does it. A fault that has an end of its own does not hold up the next one. */
async function inflict(
  client: StackClient,
  ways: Ways,
  fault: Fault,
): Promise<{ readonly ended: Promise<void> }> {
  switch (fault.kind) {
    case 'kill':
      await processOf(client, fault.target).kill('SIGKILL');
      break;
    case 'restart':
      // PostgreSQL waits for its clients to leave unless it is told to end now.
      await processOf(client, fault.target).kill(
        fault.target === 'postgres' ? 'SIGINT' : 'SIGTERM',
      );
      break;
    case 'freeze': {
      const { pid } = processOf(client, fault.target);
      if (pid === undefined) break;
      process.kill(pid, 'SIGSTOP');
      return { ended: delay(fault.ms).then(() => resume(pid)) };
    }
    case 'cut':
      ways.of(fault.target).cut();
      break;
    case 'slow': {
      const way = ways.of(fault.target);
      way.slow(fault.by);
      return { ended: delay(fault.ms).then(() => way.slow(0)) };
    }
  }
  return { ended: Promise.resolve() };
}

const processOf = ({ stack }: StackClient, victim: Victim) =>
  victim === 'nats-server'
    ? stack.nats
    : victim === 'postgres'
      ? stack.postgres
      : stack.services.get(victim)!;

/** A process that was killed meanwhile needs nothing. */
function resume(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Rows in the ledger; less than any share while the database is away. */
async function stored(client: StackClient): Promise<number> {
  try {
    const [row] = await client.sql<{ sum: string | null }>('SELECT sum(stored) FROM ledger');
    return Number(row?.sum ?? 0);
  } catch {
    return -1;
  }
}

async function fingerprint({ stack }: StackClient): Promise<{ rows: number; checksum: string }> {
  const storage = Storage.open({ url: stack.urls.postgres, connections: 1 });
  try {
    return await storage.transaction(async (database) => {
      const tables = await heldTables(database);
      const table = tables.find(({ name }) => name === 'trades')!;
      const { rows, checksum } = await contentChecksum(database, table);
      return { rows: Number(rows), checksum };
    });
  } finally {
    await storage.close();
  }
}

/** Samples the resident memory of every service. */
function watchMemory({ stack }: StackClient) {
  const peakMiB: Record<string, number> = {};
  const sample = (): void => {
    for (const [name, service] of stack.services) {
      const resident = residentMiB(service.pid);
      if (resident > (peakMiB[name] ?? 0)) peakMiB[name] = resident;
    }
  };
  const timer = setInterval(sample, 50);
  return {
    stop: async () => {
      clearInterval(timer);
      sample();
      return peakMiB;
    },
  };
}

function residentMiB(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Math.round(Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}
