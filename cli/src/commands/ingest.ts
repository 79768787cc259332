import { CliError } from '../cli-error.js';
import { ingestFiles } from '../import/ingest-files.js';
import { formatQuote } from '../format-quote.js';
import { GatewayClient } from '../gateway-client.js';
import type { Job } from '../gateway-client.js';
import { formatJobs, isRight, jobSummary } from '../job-table.js';
import { gatewayUrl } from '../stack/stack-file.js';
import { watchJobs } from '../watch-jobs.js';

export interface IngestOptions {
  readonly dataset?: string;
  readonly schema?: string;
  readonly symbols?: string;
  readonly stypeIn?: string;
  readonly start?: string;
  readonly end?: string;
  readonly limit?: number;
  readonly file?: readonly string[];
  readonly jobId?: string;
  readonly maxCost?: number;
  readonly dryRun?: boolean;
  readonly refetch?: 'stale' | 'all';
  readonly delivery?: 'stream' | 'batch';
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** The ingest command that the options say. @throws CliError if they say none. */
export function ingestCommand(options: IngestOptions): object {
  const jobId = options.jobId === undefined ? {} : { job_id: options.jobId };
  const missing = (['dataset', 'schema', 'symbols', 'start'] as const).filter(
    (name) => options[name] === undefined,
  );
  if (missing.length > 0) {
    throw new CliError(
      `ingest needs ${missing.map((name) => `--${name}`).join(', ')}, or --file. For example:\n` +
        '  tapeline ingest --dataset GLBX.MDP3 --schema trades -s ES.c.0 --stype-in continuous --start 2024-07-01 --watch',
    );
  }
  return {
    ...jobId,
    dataset: options.dataset,
    schema: options.schema,
    symbols: options.symbols,
    ...(options.stypeIn !== undefined && { stype_in: options.stypeIn }),
    start: options.start,
    ...(options.end !== undefined && { end: options.end }),
    ...(options.limit !== undefined && { limit: options.limit }),
    ...(options.maxCost !== undefined && { max_cost_usd: options.maxCost }),
    ...(options.refetch !== undefined && { refetch: options.refetch }),
    ...(options.dryRun && { dry_run: true }),
    ...(options.delivery !== undefined && { delivery: options.delivery }),
  };
}

const approvalAdvice = ({ job_id: jobId, quote }: Job): string =>
  [
    ...(quote ? [formatQuote(quote)] : []),
    `'tapeline approve ${jobId}' buys it, 'tapeline refuse ${jobId}' ends the job`,
  ].join('\n');

/** `tapeline ingest`: submits a job and, with --watch, follows it to its end. */
export async function ingest(options: IngestOptions): Promise<void> {
  if (options.file !== undefined) return ingestFiles(options.file, options);
  const command = ingestCommand(options);
  const gateway = new GatewayClient(gatewayUrl());
  const { job_id: jobId } = await gateway.submit(command);
  if (!options.watch && !options.dryRun) {
    console.log(
      options.json
        ? JSON.stringify({ job_id: jobId })
        : `job ${jobId} accepted; 'tapeline status ${jobId}' shows how far it is`,
    );
    return;
  }
  const label = `${options.schema} ${options.symbols}`;
  const [job] = await watchJobs(gateway, [{ jobId, label }]);
  if (!job) throw new CliError(`job ${jobId} is unknown to the gateway`);
  if (options.json) {
    console.log(JSON.stringify({ ...jobSummary(job), quote: job.quote }));
  } else if (options.dryRun && job.quote) {
    console.log(formatQuote(job.quote));
  } else {
    console.log(formatJobs([job]));
    if (job.replaced > 0) {
      console.log(`${job.replaced.toLocaleString('en-US')} rows held before were replaced`);
    }
    if (job.message) console.log(job.message);
    if (job.state === 'awaiting_approval') console.log(approvalAdvice(job));
    if (job.not_found.length > 0) console.log(`not found: ${job.not_found.join(', ')}`);
  }
  if (!isRight(job)) process.exitCode = 1;
}
