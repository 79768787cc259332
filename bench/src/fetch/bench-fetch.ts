/**
 * Fetching against its peer: from the sandbox over HTTP into the RAW stream, and the same request read and
 * thrown away, in the same run. Then one job of many records, for the fetcher's memory.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProcesses, startStack } from '@tapeline/embedded';
import type { Stack } from '@tapeline/embedded';
import { Client } from 'pg';
import { median } from '../median.js';
import { completedJob, submitTrades, waitFor } from '../trades-job.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const FIRST_DAY = Temporal.PlainDate.from('2024-07-08');
const TRADES_PER_DAY = 1_100_000;
const TRADE_BYTES = 48;
/** Any key that looks like one is good for the sandbox. */
const SANDBOX_KEY = 'db-tapeline-bench-sandbox-key-00';

export interface FetchResult {
  readonly records_per_round: number[];
  readonly fetch_mb_per_s: number;
  readonly download_mb_per_s: number;
  readonly ratio_to_download: number;
  readonly ratios: number[];
  readonly job_records: number;
  readonly fetcher_peak_rss_mib: number;
  readonly rounds: number;
}

/** @param records of the one large job, at least. */
export async function benchFetch(rounds: number, records: number): Promise<FetchResult> {
  const folder = join(root, '.tapeline', 'bench-fetch');
  rmSync(folder, { recursive: true, force: true });
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const env = {
    SANDBOX_TRADES_PER_DAY: String(TRADES_PER_DAY),
    MAX_JOB_COST_USD: '1000',
    MONTHLY_BUDGET_USD: '10000',
  };
  const stack = await startStack({ root, folder, report: say, env });
  const pidOf = (name: string): number =>
    findProcesses(join(folder, 'run')).find((found) => found.name === name)!.pid;
  try {
    const ours: number[] = [];
    const peer: number[] = [];
    const fetched: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const day = FIRST_DAY.add({ days: round });
      peer.push(await download(stack, day));
      // Whoever takes the batches away would take processor time, too.
      process.kill(pidOf('transformer'), 'SIGSTOP');
      const { rows, megabytesPerSecond } = await fetchDay(stack, day);
      process.kill(pidOf('transformer'), 'SIGCONT');
      fetched.push(rows);
      ours.push(megabytesPerSecond);
      say(
        `round ${round + 1}: ${rows} trades, fetch ${ours.at(-1)!.toFixed(1)} MB/s, download ${peer.at(-1)!.toFixed(1)} MB/s`,
      );
    }
    const days = Math.ceil(records / TRADES_PER_DAY) + 1;
    const start = FIRST_DAY.add({ weeks: 4 });
    const jobId = await submitTrades(stack, start, start.add({ days: Math.ceil((days * 7) / 5) }));
    const job = await completedJob(stack, jobId);
    const status = readFileSync(`/proc/${pidOf('fetcher')}/status`, 'utf8');
    const ratios = ours.map((rate, round) => rate / peer[round]!);
    return {
      records_per_round: fetched,
      fetch_mb_per_s: Number(median(ours).toFixed(1)),
      download_mb_per_s: Number(median(peer).toFixed(1)),
      ratio_to_download: Number(median(ratios).toFixed(3)),
      ratios: ratios.map((ratio) => Number(ratio.toFixed(3))),
      job_records: job.stored,
      fetcher_peak_rss_mib: Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)![1]) / 1024),
      rounds,
    };
  } finally {
    await stack.stop();
  }
}

/** Uncompressed megabytes of records a second, from the first request to the last published batch. */
async function fetchDay(
  stack: Stack,
  day: Temporal.PlainDate,
): Promise<{ rows: number; megabytesPerSecond: number }> {
  const jobId = await submitTrades(stack, day, day.add({ days: 1 }));
  const client = new Client({ connectionString: stack.urls.postgres });
  await client.connect();
  try {
    const row = await waitFor(async () => {
      const { rows } = await client.query<{ fetched: string; seconds: string }>(
        `SELECT sum(fetched) AS fetched, extract(epoch FROM max(fetched_at) - min(k.planned_at)) AS seconds
           FROM chunk k JOIN job_chunk USING (chunk_id) WHERE job_id = $1 HAVING bool_and(fetched IS NOT NULL)`,
        [jobId],
      );
      return rows[0];
    });
    const rows = Number(row.fetched);
    return { rows, megabytesPerSecond: (rows * TRADE_BYTES) / 1e6 / Number(row.seconds) };
  } finally {
    await client.end();
  }
}

/** The same request, its compressed bytes read and thrown away; in megabytes of records a second. */
async function download(stack: Stack, day: Temporal.PlainDate): Promise<number> {
  const ask = (method: string, more: Record<string, string>) =>
    fetch(new URL(`/v0/${method}`, stack.urls.sandbox), {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${SANDBOX_KEY}:`).toString('base64')}` },
      body: new URLSearchParams({
        dataset: 'GLBX.MDP3',
        schema: 'trades',
        symbols: 'ES.c.0',
        stype_in: 'continuous',
        start: day.toString(),
        end: day.add({ days: 1 }).toString(),
        ...more,
      }),
    });
  const records = Number(await (await ask('metadata.get_record_count', {})).text());
  const started = performance.now();
  const response = await ask('timeseries.get_range', { encoding: 'dbn', compression: 'zstd' });
  if (!response.ok) throw new Error(`download: ${await response.text()}`);
  for await (const _ of response.body!) continue;
  return (records * TRADE_BYTES) / 1e6 / ((performance.now() - started) / 1000);
}
