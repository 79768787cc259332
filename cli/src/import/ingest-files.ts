import { randomBytes } from 'node:crypto';
import { basename, join } from 'node:path';
import { CliError } from '../cli-error.js';
import type { IngestOptions } from '../commands/ingest.js';
import { GatewayClient } from '../gateway-client.js';
import { formatJobs, isRight, jobSummary } from '../job-table.js';
import { gatewayUrl, readStackFile } from '../stack/stack-file.js';
import { watchJobs } from '../watch-jobs.js';
import { expandPaths } from './expand-paths.js';
import { ZipImports } from './zip-imports.js';

/** Standard output is the answer. */
const tell = (line: string): void => console.error(line);

interface LabelledJob {
  readonly jobId: string;
  readonly label: string;
}

/**
 * `tapeline ingest --file PATH…`: one job for each file. A file that cannot be ingested fails by itself; the
 * others go on. A ZIP is extracted into the stack's `import` folder until its jobs are complete.
 */
export async function ingestFiles(paths: readonly string[], options: IngestOptions): Promise<void> {
  if (options.dataset ?? options.schema ?? options.symbols ?? options.start ?? options.end) {
    throw new CliError('--file says all by itself: leave out --dataset, --schema and the rest');
  }
  const gateway = new GatewayClient(gatewayUrl());
  const imports = new ZipImports(gateway, stackImports(), tell);
  try {
    const jobs = await submitFiles(gateway, imports, paths, options.jobId);
    if (options.watch) await watchFiles(gateway, jobs, options.json === true);
    else for (const job of jobs) console.log(acceptedLine(job, options.json === true));
  } finally {
    await imports.end();
  }
}

function stackImports(): string | undefined {
  if (process.env['TAPELINE_URL'] !== undefined) return undefined;
  const stack = readStackFile();
  return stack && join(stack.folder, 'import');
}

async function submitFiles(
  gateway: GatewayClient,
  imports: ZipImports,
  paths: readonly string[],
  named: string | undefined,
): Promise<LabelledJob[]> {
  const files = await expandPaths(paths, { extract: imports.extract, tell });
  if (named !== undefined && files.length > 1) {
    throw new CliError(`--job-id names one job, but these are ${files.length} files`);
  }
  const jobs: LabelledJob[] = [];
  for (const file of files) {
    const jobId = named ?? randomBytes(8).toString('hex');
    await imports.use(file, jobId);
    await gateway.submit({ job_id: jobId, file });
    jobs.push({ jobId, label: basename(file) });
  }
  return jobs;
}

const acceptedLine = ({ jobId, label }: LabelledJob, asJson: boolean): string =>
  asJson
    ? JSON.stringify({ job_id: jobId })
    : `${label}: job ${jobId} accepted; 'tapeline status ${jobId}' shows how far it is`;

async function watchFiles(
  gateway: GatewayClient,
  jobs: readonly LabelledJob[],
  asJson: boolean,
): Promise<void> {
  const ended = await watchJobs(gateway, jobs);
  const [first] = ended;
  if (asJson) {
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
