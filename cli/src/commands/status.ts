import { join } from 'node:path';
import { findProcesses, gatewayKeyFile } from '@tapeline/embedded';
import { CliError } from '../cli-error.js';
import { GatewayClient } from '../gateway-client.js';
import { formatJobs, jobSummary } from '../job-table.js';
import { formatTable } from '../print-table.js';
import { gatewayUrl, readStackFile } from '../stack/stack-file.js';

const JOBS_SHOWN = 10;

/** What the database is, as the gateway tells it. */
interface Engine {
  readonly postgres: string;
  /** Of TimescaleDB. */
  readonly version: string | null;
  readonly missing: readonly string[];
}

/** `tapeline status [JOB]`: what runs, on which ports, and the latest jobs or one of them. */
export async function status(options: {
  readonly job?: string;
  readonly json?: boolean;
}): Promise<void> {
  const gateway = new GatewayClient(gatewayUrl());
  if (options.job !== undefined) {
    const job = await gateway.job(options.job);
    if (!job)
      throw new CliError(`there is no job '${options.job}'; 'tapeline status' lists the latest`);
    console.log(options.json ? JSON.stringify(jobSummary(job)) : formatJobs([job]));
    if (!options.json && job.message) console.log(job.message);
    return;
  }
  const stack = readStackFile();
  const jobs = (await gateway.jobs()).slice(0, JOBS_SHOWN);
  const { database } = await gateway.get<{ database: Engine }>('/v1/system');
  const processes = stack ? findProcesses(join(stack.folder, 'run')) : [];
  const urls = { ...stack?.urls, ...(stack && { postgres: withoutPassword(stack.urls.postgres) }) };
  if (options.json) {
    console.log(
      JSON.stringify({
        urls,
        gateway_key_file: stack ? gatewayKeyFile(stack.folder) : null,
        processes: processes.map(({ name, pid }) => ({ name, pid })),
        database,
        jobs: jobs.map(jobSummary),
      }),
    );
    return;
  }
  const address: Record<string, string | undefined> = {
    'nats-server': urls.nats,
    postgres: urls.postgres,
    'query-gateway': urls.gateway,
    sandbox: urls.sandbox,
  };
  if (stack) {
    const rows = processes.map(({ name, pid }) => [name, String(pid), address[name] ?? '']);
    console.log(formatTable(['process', 'pid', 'address'], rows));
    console.log(`data and logs: ${stack.folder}`);
    console.log(`key of the gateway: in ${gatewayKeyFile(stack.folder)}`);
  }
  const timescale = database.version === null ? '' : `, TimescaleDB ${database.version}`;
  console.log(`database: PostgreSQL ${database.postgres}${timescale}`);
  for (const sentence of database.missing) console.log(`  ${sentence}`);
  console.log(jobs.length > 0 ? formatJobs(jobs) : 'no jobs yet');
}

function withoutPassword(url: string): string {
  const parsed = new URL(url);
  if (parsed.password) parsed.password = '***';
  return parsed.href;
}
