import { mkdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { HistoricalClient } from '@tapeline/databento';
import { startStack } from '@tapeline/embedded';
import type { Stack, StackOptions } from '@tapeline/embedded';
import { Client } from 'pg';
import type { Answer } from './expected-records.js';
import { openNats } from './open-nats.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A job as the gateway tells it. */
export interface Job {
  readonly job_id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly message: string | null;
  readonly fetched: number;
  readonly stored: number;
  readonly quarantined: number;
  readonly filtered: number;
  readonly replaced: number;
  readonly holds: boolean;
  readonly not_found: readonly string[];
  readonly quote: { readonly usd: number; readonly records: number; readonly bytes: number } | null;
  readonly approved_usd: number | null;
  readonly spent_usd: number;
}

/** Trouble that the sandbox makes on demand: the body of a POST to its `/faults`. */
export interface SandboxFault {
  readonly method: string;
  readonly times?: number;
  readonly status?: number;
  readonly case?: string;
  readonly message?: string;
  readonly retry_after?: number;
  readonly cut_after_bytes?: number;
  readonly stall?: boolean;
  readonly stall_after_bytes?: number;
  readonly done_after_polls?: number;
  readonly delay_ms?: number;
  readonly lose_answer?: boolean;
  readonly wrong_hash?: boolean;
  readonly dataset?: string;
  readonly date?: string;
}

/** A stack of a test's own, and what tests ask of it. */
export class StackClient {
  private constructor(
    readonly stack: Stack,
    readonly folder: string,
  ) {}

  /** @param name tells the stacks of parallel test files apart. */
  static async start(
    name: string,
    env: Record<string, string> = {},
    options: Pick<StackOptions, 'reach' | 'natsNodes'> = {},
  ): Promise<StackClient> {
    const folder = join(root, '.tapeline', 'e2e', `${name}-${process.pid}`);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    return new StackClient(await startStack({ ...options, root, folder, env }), folder);
  }

  async stop(): Promise<void> {
    await this.stack.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Asks the gateway, with the key of the stack. */
  gateway(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${this.stack.gatewayKey}`);
    return fetch(new URL(path, this.stack.urls.gateway), { ...init, headers });
  }

  /** What the command line has in its environment to talk to the stack. */
  get cliEnv(): NodeJS.ProcessEnv {
    const { urls, gatewayKey } = this.stack;
    return {
      ...process.env,
      TAPELINE_URL: urls.gateway,
      TAPELINE_KEY: gatewayKey,
      NODE_OPTIONS: '',
    };
  }

  /** Submits a command over HTTP. */
  async submit(command: object): Promise<string> {
    const response = await this.gateway('/v1/jobs', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(command),
    });
    const answer = (await response.json()) as { job_id: string };
    if (!response.ok) throw new Error(`submit: ${JSON.stringify(answer)}`);
    return answer.job_id;
  }

  /** Says what a person decided of a job. */
  async decide(jobId: string, decision: 'approve' | 'refuse' | 'cancel'): Promise<Response> {
    return this.gateway(`/v1/jobs/${jobId}/${decision}`, { method: 'POST' });
  }

  /** Orders trouble of the sandbox for the calls to come. */
  async fault(fault: SandboxFault): Promise<void> {
    const response = await fetch(new URL('/faults', this.stack.urls.sandbox), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fault),
    });
    if (!response.ok) throw new Error(`fault: ${await response.text()}`);
  }

  /** Removes what is kept of all chunks. */
  async forgetArchive(): Promise<void> {
    await rm(join(this.folder, 'archive', 'chunks', 'GLBX.MDP3'), { recursive: true });
  }

  /** A client of Databento as the fetcher's own, of the sandbox. */
  databento(): HistoricalClient {
    return new HistoricalClient({
      apiKey: 'db-tapeline-embedded-sandbox-key',
      baseUrl: this.stack.urls.sandbox,
    });
  }

  async clearFaults(): Promise<void> {
    await fetch(new URL('/faults', this.stack.urls.sandbox), { method: 'DELETE' });
  }

  /** The job once it has ended or waits for a person; outages on the way are waited out. */
  async ended(jobId: string): Promise<Job> {
    for (;;) {
      const job = await this.job(jobId).catch(() => undefined);
      if (job && !['accepted', 'running', 'cancelling'].includes(job.state)) return job;
      await delay(100);
    }
  }

  async run(command: object): Promise<Job> {
    return this.ended(await this.submit(command));
  }

  /** Records of a range; JSON as the gateway sends it. */
  async records(parameters: Record<string, string>): Promise<Answer[]> {
    const query = new URLSearchParams(parameters).toString();
    const response = await this.gateway(`/v1/timeseries?${query}`);
    const answer = (await response.json()) as { records: Answer[]; complete: boolean };
    if (!response.ok || !answer.complete) throw new Error(`query: ${JSON.stringify(answer)}`);
    return answer.records;
  }

  /** Rows of a statement, straight from the database. One that services lock out is tried again. */
  async sql<Row extends object>(statement: string, values: unknown[] = []): Promise<Row[]> {
    for (;;) {
      try {
        return await this.query<Row>(statement, values);
      } catch (error) {
        // Emptying tables while a service reads several of them.
        if ((error as { code?: unknown }).code !== '40P01') throw error;
      }
    }
  }

  private async query<Row extends object>(statement: string, values: unknown[]): Promise<Row[]> {
    const client = new Client({ connectionString: this.stack.urls.postgres });
    await client.connect();
    try {
      return (await client.query<Row>(statement, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Messages that were given up. */
  async deadLetters(): Promise<number> {
    await using nats = await openNats(this.stack.urls.nats);
    return await nats.count('DEAD_LETTERS');
  }

  async count(table: string): Promise<number> {
    const [row] = await this.sql<{ count: string }>(`SELECT count(*) FROM ${table}`);
    return Number(row?.count);
  }

  async job(jobId: string): Promise<Job | undefined> {
    const response = await this.gateway(`/v1/jobs/${jobId}`);
    return response.ok ? ((await response.json()) as Job) : undefined;
  }
}
