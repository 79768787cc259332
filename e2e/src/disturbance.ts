/** A job of trades, run in peace or while one process after the other is killed. */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceName } from '@tapeline/embedded';
import { StackClient } from './stack-client.js';
import type { Job } from './stack-client.js';

export type Victim = ServiceName | 'nats-server' | 'postgres';

/** Everything a job depends on, in the order in which it is killed. */
export const VICTIMS: readonly Victim[] = [
  'fetcher',
  'transformer',
  'validator',
  'writer',
  'nats-server',
  'postgres',
  'query-gateway',
];

/** Days of the job: Tuesday to Thursday, full sessions. */
const DAYS = 3;

export interface RunResult {
  readonly job: Job;
  readonly rows: number;
  /** Content of the table, whatever the order of its rows. */
  readonly checksum: string;
  readonly seconds: number;
  readonly killed: readonly Victim[];
  /** Most resident memory of each service, MiB. */
  readonly peakMiB: Readonly<Record<string, number>>;
}

/**
 * Runs the job on a fresh stack. @param kill whom to kill with SIGKILL, at evenly spread progress.
 * @param tradesPerDay of the front contract; the job has about three times as many.
 */
export async function runTrades(
  name: string,
  tradesPerDay: number,
  kill: readonly Victim[],
): Promise<RunResult> {
  const client = await StackClient.start(name, { SANDBOX_TRADES_PER_DAY: String(tradesPerDay) });
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
    const killed = await killInTurn(client, tradesPerDay * DAYS, kill);
    const job = await client.ended(jobId);
    const seconds = (performance.now() - started) / 1000;
    const peakMiB = await memory.stop();
    return { job, killed, seconds, peakMiB, ...(await fingerprint(client)) };
  } finally {
    await client.stop();
  }
}

/** Kills each victim once the rows stored have passed its share of the whole. */
async function killInTurn(
  client: StackClient,
  expected: number,
  victims: readonly Victim[],
): Promise<Victim[]> {
  const killed: Victim[] = [];
  for (const [index, victim] of victims.entries()) {
    const share = (expected * index) / (victims.length + 1);
    while ((await stored(client)) < share) await delay(20);
    await killVictim(client, victim);
    killed.push(victim);
  }
  return killed;
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

async function killVictim({ stack }: StackClient, victim: Victim): Promise<void> {
  if (victim === 'nats-server') await stack.nats.kill('SIGKILL');
  else if (victim === 'postgres') await stack.postgres.kill('SIGKILL');
  else await stack.services.get(victim)!.kill('SIGKILL');
}

async function fingerprint(client: StackClient): Promise<{ rows: number; checksum: string }> {
  const [row] = await client.sql<{ rows: string; checksum: string }>(
    // The number of a dataset differs from database to database, its code does not.
    `SELECT count(*) AS rows,
            sum(hashtextextended(d.code || (to_jsonb(t) - 'dataset_id')::text, 0))::text AS checksum
       FROM trades t JOIN dataset d ON d.id = t.dataset_id`,
  );
  return { rows: Number(row!.rows), checksum: row!.checksum };
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
