import { setTimeout as delay } from 'node:timers/promises';
import { MultiBar, Presets } from 'cli-progress';
import type { SingleBar } from 'cli-progress';
import { CliError } from './cli-error.js';
import { isEnded } from './gateway-client.js';
import type { GatewayClient, Job } from './gateway-client.js';

const POLL_MS = 250;
/** A job whose counts stand still for so long is given up on; the job itself goes on. */
const STALL_MS = 300_000;

/** Where progress goes: always standard error, so that standard output stays the answer. */
const out = process.stderr;

/**
 * Follows jobs to their end, showing a bar for each on a terminal and a line per ended job elsewhere.
 * @throws CliError if nothing moves for {@link STALL_MS}.
 */
export async function watchJobs(
  gateway: GatewayClient,
  jobs: readonly { readonly jobId: string; readonly label: string }[],
): Promise<Job[]> {
  const display = out.isTTY ? new Bars(jobs.map(({ label }) => label)) : new Lines();
  const seen = new Map<string, Job>();
  let moved = Date.now();
  try {
    for (;;) {
      for (const { jobId, label } of jobs) {
        const before = seen.get(jobId);
        if (before && isEnded(before)) continue;
        const job = await gateway.job(jobId);
        if (!job) continue;
        if (!before || handled(job) !== handled(before) || job.state !== before.state) {
          moved = Date.now();
        }
        seen.set(jobId, job);
        display.update(label, job);
      }
      const known = jobs.map(({ jobId }) => seen.get(jobId));
      if (known.every((job) => job !== undefined && isEnded(job))) return known as Job[];
      if (Date.now() - moved > STALL_MS) {
        throw new CliError(
          `nothing has moved for ${STALL_MS / 1000} s; 'tapeline status' shows the services and where their logs are`,
        );
      }
      await delay(POLL_MS);
    }
  } finally {
    display.stop();
  }
}

const handled = (job: Job): number => job.fetched + job.stored + job.quarantined + job.filtered;

class Bars {
  private readonly multi: MultiBar;
  private readonly bars = new Map<string, SingleBar>();

  constructor(labels: readonly string[]) {
    const width = Math.max(...labels.map((label) => label.length));
    this.multi = new MultiBar(
      {
        format: `{label} {bar} {percentage}% {value}/{total} {state}`,
        hideCursor: true,
        stream: out,
        barsize: 24,
        autopadding: true,
        emptyOnZero: true,
      },
      Presets.shades_classic,
    );
    for (const label of labels) {
      const payload = { label: label.padEnd(width), state: 'waiting' };
      this.bars.set(label, this.multi.create(1, 0, payload));
    }
  }

  update(label: string, job: Job): void {
    const bar = this.bars.get(label);
    const done = job.stored + job.quarantined + job.filtered;
    bar?.setTotal(Math.max(isEnded(job) ? job.fetched : (job.expected ?? 0), done, 1));
    bar?.update(isEnded(job) && job.fetched === 0 ? 1 : done, {
      state: job.reason ? `${job.state}: ${job.reason}` : job.state,
    });
  }

  stop(): void {
    this.multi.stop();
  }
}

class Lines {
  update(label: string, job: Job): void {
    if (!isEnded(job)) return;
    const counts = `${job.stored} stored, ${job.quarantined} quarantined, ${job.filtered} filtered of ${job.fetched}`;
    out.write(`${label}: ${job.state}, ${counts}${job.message ? ` — ${job.message}` : ''}\n`);
  }

  stop(): void {
    // Nothing is held open.
  }
}
