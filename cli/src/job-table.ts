import { formatTable } from './print-table.js';
import type { Job } from './gateway-client.js';

/** Symbols as text of a bearable length. */
const showSymbols = (symbols: readonly string[]): string => {
  const text = symbols.join(',');
  if (text.length <= 32) return text;
  // The end of a path tells more than its start.
  return text.startsWith('/') ? `…${text.slice(-31)}` : `${text.slice(0, 31)}…`;
};

/** Jobs with their counts and the check that the sums hold. */
export function formatJobs(jobs: readonly Job[]): string {
  return formatTable(
    [
      'job',
      'dataset',
      'schema',
      'symbols',
      'state',
      'fetched',
      'stored',
      'quarantined',
      'filtered',
      'sum holds',
      'seconds',
    ],
    jobs.map((job) => [
      job.job_id.length > 24 ? `${job.job_id.slice(0, 23)}…` : job.job_id,
      job.dataset,
      job.schema,
      showSymbols(job.symbols),
      job.reason ? `${job.state} (${job.reason})` : job.state,
      job.fetched,
      job.stored,
      job.quarantined,
      job.filtered,
      job.holds ? 'yes' : 'NO',
      job.seconds === null ? '' : job.seconds.toFixed(1),
    ]),
  );
}

/** The fields of a job that `--json` prints. */
export const jobSummary = (job: Job) => ({
  job_id: job.job_id,
  dataset: job.dataset,
  schema: job.schema,
  symbols: job.symbols,
  state: job.state,
  reason: job.reason,
  message: job.message,
  fetched: job.fetched,
  stored: job.stored,
  quarantined: job.quarantined,
  filtered: job.filtered,
  replaced: job.replaced,
  holds: job.holds,
  not_found: job.not_found,
  partial: job.partial,
  seconds: job.seconds,
});

/** A job is right when it ended complete and nothing is unaccounted for. */
export const isRight = (job: Job): boolean => job.state === 'completed' && job.holds;
