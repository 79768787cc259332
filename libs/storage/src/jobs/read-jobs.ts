import type { JobState } from '@tapeline/contracts';
import type { JobQuote } from '../spend/approval.js';
import type { Storage } from '../storage.js';

/** A job with its sums: fetched as the fetcher counted, the rest from the ledger. */
export interface JobView {
  readonly job_id: string;
  readonly dataset: string | null;
  readonly schema: string | null;
  readonly symbols: readonly string[];
  readonly state: JobState;
  readonly reason: string | null;
  readonly message: string | null;
  /** Records that the source announced, for progress; null where it was not asked. */
  readonly expected: number | null;
  readonly fetched: number;
  readonly stored: number;
  readonly quarantined: number;
  readonly filtered: number;
  /** Rows that the stored ones took the place of, where the job was to fetch again what was held. */
  readonly replaced: number;
  /** Whether fetched = stored + quarantined + filtered. */
  readonly holds: boolean;
  readonly chunks: { readonly total: number; readonly complete: number };
  readonly not_found: readonly string[];
  readonly partial: readonly string[];
  /** What the source asks for it, and for which requests; null for files and before it was quoted. */
  readonly quote: JobQuote | null;
  /** Dollars up to which a person approved it. */
  readonly approved_usd: number | null;
  /** Dollars of what was received so far. */
  readonly spent_usd: number;
  readonly accepted_at: string | null;
  readonly ended_at: string | null;
  /** From acceptance to the end, or until now. */
  readonly seconds: number | null;
}

interface Row {
  job_id: string;
  command: unknown;
  dataset: string | null;
  schema: string | null;
  state: JobState;
  reason: string | null;
  message: string | null;
  not_found: string[] | null;
  partial: string[] | null;
  quote: JobView['quote'];
  approved_usd: string | null;
  spent: string;
  accepted_at: Date | null;
  ended_at: Date | null;
  seconds: string | null;
  chunks: string;
  complete: string;
  expected: string | null;
  fetched: string;
  stored: string;
  quarantined: string;
  filtered: string;
  replaced: string;
}

/** @param jobs the jobs in question, chosen before anything is summed. */
const select = (jobs: string): string => `
  SELECT j.job_id, j.command, j.dataset, j.schema, j.state, j.reason, j.message, j.not_found, j.partial,
         j.quote, j.approved_usd,
         (SELECT coalesce(sum(usd), 0) FROM spend WHERE spend.job_id = j.job_id) AS spent,
         j.accepted_at, j.ended_at,
         extract(epoch FROM coalesce(j.ended_at, now()) - j.accepted_at) AS seconds, sums.*
    FROM (${jobs}) j
    CROSS JOIN LATERAL (
      SELECT count(k.chunk_id) AS chunks,
             count(*) FILTER (WHERE k.state = 'complete') AS complete,
             CASE WHEN bool_or(k.expected IS NULL) THEN NULL ELSE sum(k.expected) END AS expected,
             coalesce(sum(k.fetched), 0) AS fetched, coalesce(sum(l.stored), 0) AS stored,
             coalesce(sum(l.quarantined), 0) AS quarantined, coalesce(sum(l.filtered), 0) AS filtered,
             coalesce(sum(k.replaced), 0) AS replaced
        FROM job_chunk c JOIN chunk k USING (chunk_id)
        LEFT JOIN LATERAL (
          SELECT sum(stored) AS stored, sum(quarantined) AS quarantined, sum(filtered) AS filtered
            FROM ledger WHERE ledger.chunk_id = k.chunk_id) l ON true
       WHERE c.job_id = j.job_id) sums`;

const LATEST_FIRST = 'ORDER BY accepted_at DESC NULLS FIRST, job_id';

/** The latest jobs first. */
export async function readJobs(
  storage: Storage,
  options: { readonly limit: number },
): Promise<JobView[]> {
  const { rows } = await storage.pool.query<Row>(
    `${select(`SELECT * FROM job ${LATEST_FIRST} LIMIT $1`)} ${LATEST_FIRST}`,
    [options.limit],
  );
  return rows.map(view);
}

/** One job, or undefined if there is none of that id. */
export async function readJob(storage: Storage, jobId: string): Promise<JobView | undefined> {
  const { rows } = await storage.pool.query<Row>(select('SELECT * FROM job WHERE job_id = $1'), [
    jobId,
  ]);
  return rows[0] && view(rows[0]);
}

function view(row: Row): JobView {
  const [fetched, stored, quarantined, filtered] = [
    Number(row.fetched),
    Number(row.stored),
    Number(row.quarantined),
    Number(row.filtered),
  ] as const;
  return {
    job_id: row.job_id,
    dataset: row.dataset,
    schema: row.schema,
    symbols: symbolsOf(row.command),
    state: row.state,
    reason: row.reason,
    message: row.message,
    expected: row.expected === null ? null : Number(row.expected),
    fetched,
    stored,
    quarantined,
    filtered,
    replaced: Number(row.replaced),
    holds: fetched === stored + quarantined + filtered,
    chunks: { total: Number(row.chunks), complete: Number(row.complete) },
    not_found: row.not_found ?? [],
    partial: row.partial ?? [],
    quote: row.quote,
    approved_usd: row.approved_usd === null ? null : Number(row.approved_usd),
    spent_usd: Number(row.spent),
    accepted_at: row.accepted_at?.toISOString() ?? null,
    ended_at: row.ended_at?.toISOString() ?? null,
    seconds: row.seconds === null ? null : Number(row.seconds),
  };
}

/** Symbols or file of a command, which may be anything if it was rejected. */
function symbolsOf(command: unknown): string[] {
  if (typeof command !== 'object' || command === null) return [];
  const { symbols, file } = command as { symbols?: unknown; file?: unknown };
  return [file ?? symbols].flat().filter((symbol) => typeof symbol === 'string');
}
