import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startStack } from '@tapeline/embedded';
import { GatewayClient } from '../gateway-client.js';
import type { Job } from '../gateway-client.js';
import { formatJobs, isRight, jobSummary } from '../job-table.js';
import { projectRoot, stateFolder } from '../stack/stack-file.js';
import { watchJobs } from '../watch-jobs.js';
import { fileJobs, marketJobs } from './demo-jobs.js';
import type { DemoJob } from './demo-jobs.js';
import { commandLine, jobExamples, marketExamples, runExample } from './example-queries.js';
import type { Example } from './example-queries.js';

export interface DemoOptions {
  /** A folder of .dbn and .dbn.zst files instead of the sandbox's market. */
  readonly data?: string;
  readonly json?: boolean;
}

/**
 * `tapeline demo`: a fresh stack, jobs, progress, a table with the sums, example queries. Exits 0 only
 * if every sum holds and the queries find rows. Only the result goes to standard output.
 */
export async function demo(options: DemoOptions): Promise<void> {
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const files = options.data === undefined ? undefined : await fileJobs(options.data);
  for (const { file, reason } of files?.leftOut ?? []) say(`left out ${file}: ${reason}`);
  const wanted = files?.jobs ?? marketJobs();

  const folder = join(stateFolder, 'demo');
  rmSync(folder, { recursive: true, force: true });
  const stack = await startStack({ root: projectRoot, folder, report: say });
  const interrupted = (): void => {
    say('interrupted; stopping');
    void stack.stop().finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupted);
  try {
    const gateway = new GatewayClient(stack.urls.gateway, stack.gatewayKey);
    const ended = await runJobs(gateway, wanted);
    if (!options.json) console.log(`\n${formatJobs(ended)}`);
    const examples = options.data === undefined ? marketExamples : jobExamples(ended);
    const answered = await showExamples(gateway, examples, options.json ?? false);
    const ok = ended.every(isRight) && answered && ended.some((job) => job.stored > 0);
    if (options.json) {
      console.log(JSON.stringify({ jobs: ended.map(jobSummary), ok }));
    } else {
      console.log(summary(ended, ok));
    }
    if (!ok) process.exitCode = 1;
  } finally {
    process.off('SIGINT', interrupted);
    await stack.stop();
  }
}

async function runJobs(gateway: GatewayClient, wanted: readonly DemoJob[]): Promise<Job[]> {
  const submitted = [];
  for (const { label, command } of wanted) {
    const { job_id: jobId } = await gateway.submit(command);
    submitted.push({ jobId, label });
  }
  return watchJobs(gateway, submitted);
}

/** Whether every example found records. */
async function showExamples(
  gateway: GatewayClient,
  examples: readonly Example[],
  quiet: boolean,
): Promise<boolean> {
  let answered = examples.length > 0;
  for (const example of examples) {
    const { table, records } = await runExample(gateway, example);
    if (!quiet) console.log(`\n${example.title}\n$ ${commandLine(example.options)}\n${table}`);
    if (records === 0) answered = false;
  }
  return answered;
}

function summary(jobs: readonly Job[], ok: boolean): string {
  const sum = (count: (job: Job) => number): string =>
    jobs.reduce((total, job) => total + count(job), 0).toLocaleString('en-US');
  const wrong = jobs.filter((job) => !isRight(job));
  const verdict = ok
    ? `Every sum holds: ${sum((job) => job.fetched)} fetched = ${sum((job) => job.stored)} stored + ${sum((job) => job.quarantined)} quarantined + ${sum((job) => job.filtered)} filtered.`
    : `Not right: ${wrong.map((job) => `${job.job_id} ${job.state} ${job.message ?? ''}`).join('; ') || 'a query found no rows'}. The services' logs are in .tapeline/demo/logs.`;
  return `
${verdict}

Where to look next
  npx tapeline up --folder .tapeline/demo   starts this stack again, with these rows, and keeps it running
  npx tapeline status                       what runs, where, and the latest jobs
  npx tapeline ingest --help                your own data: from the sandbox, Databento, or a file
  docs/architecture.md                      the path of a batch, and what is guaranteed`;
}
