/**
 * The gateway's answers against their peer: a large range of trades as Arrow, CSV and NDJSON, drained by curl, and
 * `psql \copy (…) TO STDOUT` of the same rows and columns, one after the other in each round; then a month of daily bars
 * for many clients at a time.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startStack } from '@tapeline/embedded';
import type { Stack } from '@tapeline/embedded';
import { median } from '../median.js';
import { keyOf } from '../trades-job.js';
import { askBars } from './ask-bars.js';
import type { BarsResult } from './ask-bars.js';
import { drainAnswer } from './drain-answer.js';
import { fillStore, TRADES_FROM, TRADES_UNTIL, tradesPerDay } from './fill-store.js';
import { psqlSeconds } from './psql-seconds.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const ENCODINGS = ['arrow', 'csv', 'ndjson'] as const;
type Encoding = (typeof ENCODINGS)[number];

export interface QueryResult extends BarsResult {
  readonly rows: number;
  readonly rounds: number;
  readonly arrow_ratio_to_psql: number;
  readonly csv_ratio_to_psql: number;
  readonly ndjson_ratio_to_psql: number;
  readonly psql_rows_per_s: number;
  readonly arrow_rows_per_s: number;
  readonly csv_rows_per_s: number;
  readonly ndjson_rows_per_s: number;
  /** The slowest of the medians. */
  readonly first_byte_ms: number;
  /** Of the gateway's process, over the whole run. */
  readonly gateway_peak_rss_mib: number | null;
}

type Rates = Record<Encoding | 'psql', number>;

/** Fills a store with `records` trades of one instrument, and asks for them. */
export async function benchQuery(rounds: number, records: number): Promise<QueryResult> {
  const folder = join(root, '.tapeline', 'bench-query');
  rmSync(folder, { recursive: true, force: true });
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const stack = await startStack({
    root,
    folder,
    report: say,
    env: {
      SANDBOX_TRADES_PER_DAY: String(tradesPerDay(records)),
      MAX_JOB_COST_USD: '1000',
      MONTHLY_BUDGET_USD: '10000',
    },
  });
  try {
    const rows = await fillStore(stack);
    say(`${rows} trades are held`);
    const rates: Rates[] = [];
    const firstBytes: Record<Encoding, number[]> = { arrow: [], csv: [], ndjson: [] };
    // The first round warms code and server up.
    for (let round = 0; round <= rounds; round++) {
      const rate: Partial<Rates> = { psql: rows / (await psqlSeconds(stack.urls.postgres)) };
      for (const encoding of ENCODINGS) {
        const drained = await drainAnswer(answerUrl(stack, encoding), keyOf(stack));
        rate[encoding] = rows / drained.seconds;
        if (round > 0) firstBytes[encoding].push(drained.firstByteMs);
      }
      if (round === 0) continue;
      rates.push(rate as Rates);
      const shown = Object.entries(rate).map(([name, value]) => `${name} ${Math.round(value)}`);
      say(`round ${round}: ${shown.join(', ')} rows/s`);
    }
    const bars = await askBars(stack);
    const rateOf = (name: Encoding | 'psql'): number =>
      Math.round(median(rates.map((rate) => rate[name])));
    const ratioOf = (name: Encoding): number =>
      Number(median(rates.map((rate) => rate[name] / rate.psql)).toFixed(3));
    return {
      rows,
      rounds,
      arrow_ratio_to_psql: ratioOf('arrow'),
      csv_ratio_to_psql: ratioOf('csv'),
      ndjson_ratio_to_psql: ratioOf('ndjson'),
      psql_rows_per_s: rateOf('psql'),
      arrow_rows_per_s: rateOf('arrow'),
      csv_rows_per_s: rateOf('csv'),
      ndjson_rows_per_s: rateOf('ndjson'),
      first_byte_ms: Math.max(...ENCODINGS.map((name) => median(firstBytes[name]))),
      gateway_peak_rss_mib: peakRssMib(stack),
      ...bars,
    };
  } finally {
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function answerUrl({ urls }: Stack, encoding: Encoding): URL {
  const url = new URL('/v1/timeseries', urls.gateway);
  url.search = new URLSearchParams({
    dataset: 'GLBX.MDP3',
    schema: 'trades',
    symbols: 'ES.c.0',
    stype_in: 'continuous',
    start: TRADES_FROM.toString(),
    end: TRADES_UNTIL.toString(),
    encoding,
  }).toString();
  return url;
}

/** Null where there is no /proc. */
function peakRssMib({ services }: Stack): number | null {
  try {
    const status = readFileSync(`/proc/${services.get('query-gateway')?.pid}/status`, 'utf8');
    return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)![1]) / 1024);
  } catch {
    return null;
  }
}
