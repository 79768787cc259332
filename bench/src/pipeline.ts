/**
 * The whole path against its peer: a job of synthetic trades from the command to the committed rows,
 * and `psql \copy … BINARY` of the same rows into the same kind of table, in the same run.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startStack } from '@tapeline/embedded';
import type { Stack } from '@tapeline/embedded';
import { Client } from 'pg';
import { completedJob, submitTrades } from './trades-job.js';
import { median } from './median.js';
import { psql } from './psql.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const FIRST_DAY = Temporal.PlainDate.from('2024-07-08');
/** Enough that the front contract alone trades a million times a day. */
const TRADES_PER_DAY = 1_100_000;

export interface PipelineResult {
  readonly rows_per_round: number[];
  readonly pipeline_rows_per_s: number;
  readonly psql_copy_rows_per_s: number;
  readonly ratio_to_psql_copy: number;
  readonly ratios: number[];
  readonly rounds: number;
}

/** Runs `rounds` rounds, each on a day of its own, ours and the peer's one after the other. */
export async function benchPipeline(rounds: number): Promise<PipelineResult> {
  const folder = join(root, '.tapeline', 'bench');
  rmSync(folder, { recursive: true, force: true });
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const stack = await startStack({
    root,
    folder,
    report: say,
    env: { SANDBOX_TRADES_PER_DAY: String(TRADES_PER_DAY) },
  });
  try {
    const ours: number[] = [];
    const peer: number[] = [];
    const rows: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const day = FIRST_DAY.add({ days: round });
      const { stored, seconds } = await ingestDay(stack, day);
      const copied = await copyDay(stack, day, folder);
      rows.push(stored);
      ours.push(stored / seconds);
      peer.push(copied.rows / copied.seconds);
      if (copied.rows !== stored) throw new Error(`the peer copied ${copied.rows}, not ${stored}`);
      say(
        `round ${round + 1}: ${stored} trades, whole path ${Math.round(ours.at(-1)!)} rows/s, psql ${Math.round(peer.at(-1)!)} rows/s`,
      );
    }
    const ratios = ours.map((rate, round) => rate / peer[round]!);
    return {
      rows_per_round: rows,
      pipeline_rows_per_s: Math.round(median(ours)),
      psql_copy_rows_per_s: Math.round(median(peer)),
      ratio_to_psql_copy: Number(median(ratios).toFixed(3)),
      ratios: ratios.map((ratio) => Number(ratio.toFixed(3))),
      rounds,
    };
  } finally {
    await stack.stop();
  }
}

async function ingestDay(
  stack: Stack,
  day: Temporal.PlainDate,
): Promise<{ stored: number; seconds: number }> {
  const started = performance.now();
  const jobId = await submitTrades(stack, day, day.add({ days: 1 }));
  const { stored } = await completedJob(stack, jobId);
  return { stored, seconds: (performance.now() - started) / 1000 };
}

/** The day's rows, out to a file (not timed) and into an empty table of the same kind by psql. */
async function copyDay(
  stack: Stack,
  day: Temporal.PlainDate,
  folder: string,
): Promise<{ rows: number; seconds: number }> {
  const url = stack.urls.postgres;
  const next = day.add({ days: 1 }).toString();
  const file = join(folder, 'peer.copy');
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('DROP TABLE IF EXISTS peer');
    await client.query('CREATE TABLE peer (LIKE trades) PARTITION BY RANGE (ts_recv)');
    await client.query('CREATE INDEX ON peer (instrument_id, ts_recv)');
    await client.query(
      `CREATE TABLE peer_day PARTITION OF peer FOR VALUES FROM ('${day.toString()}Z') TO ('${next}Z')`,
    );
    const select = `SELECT * FROM trades WHERE ts_recv >= '${day.toString()}Z' AND ts_recv < '${next}Z' ORDER BY ordinal`;
    await psql(url, [`\\copy (${select}) TO '${file}' BINARY`]);
    const started = performance.now();
    await psql(url, [`\\copy peer FROM '${file}' BINARY`]);
    const seconds = (performance.now() - started) / 1000;
    const { rows } = await client.query<{ count: string }>('SELECT count(*) FROM peer');
    await client.query('DROP TABLE peer');
    return { rows: Number(rows[0]!.count), seconds };
  } finally {
    await client.end();
    rmSync(file, { force: true });
  }
}
