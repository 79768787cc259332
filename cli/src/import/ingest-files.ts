import { basename } from 'node:path';
import { CliError } from '../cli-error.js';
import type { IngestOptions } from '../commands/ingest.js';
import { GatewayClient } from '../gateway-client.js';
import { formatJobs, isRight, jobSummary } from '../job-table.js';
import { gatewayUrl } from '../stack/stack-file.js';
import { watchJobs } from '../watch-jobs.js';
import { expandPaths } from './expand-paths.js';

/**
 * `tapeline ingest --file PATH…`: one job for each file. A file that cannot be ingested fails by itself; the
 * others go on.
 */
export async function ingestFiles(paths: readonly string[], options: IngestOptions): Promise<void> {
  if (options.dataset ?? options.schema ?? options.symbols ?? options.start ?? options.end) {
    throw new CliError('--file says all by itself: leave out --dataset, --schema and the rest');
  }
  const files = await expandPaths(paths);
  if (options.jobId !== undefined && files.length > 1) {
    throw new CliError(`--job-id names one job, but these are ${files.length} files`);
  }
  const gateway = new GatewayClient(gatewayUrl());
  const jobs: { jobId: string; label: string }[] = [];
  for (const file of files) {
    const named = options.jobId === undefined ? {} : { job_id: options.jobId };
    const { job_id: jobId } = await gateway.submit({ ...named, file });
    jobs.push({ jobId, label: basename(file) });
  }
  if (!options.watch) {
    for (const { jobId, label } of jobs) {
      console.log(
        options.json
          ? JSON.stringify({ job_id: jobId })
          : `${label}: job ${jobId} accepted; 'tapeline status ${jobId}' shows how far it is`,
      );
    }
    return;
  }
  const ended = await watchJobs(gateway, jobs);
  const [first] = ended;
  if (options.json) {
    const summaries = ended.map(jobSummary);
    console.log(
      JSON.stringify(first && ended.length === 1 ? jobSummary(first) : { jobs: summaries }),
    );
  } else {
    console.log(formatJobs(ended));
    for (const [index, { message }] of ended.entries()) {
      if (message !== null)
        console.log(ended.length === 1 ? message : `${jobs[index]!.label}: ${message}`);
    }
  }
  if (!ended.every(isRight)) process.exitCode = 1;
}
