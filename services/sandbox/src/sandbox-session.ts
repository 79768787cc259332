/** For tests: a sandbox over a small market, and calls of it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ConnectionError, HistoricalClient } from '@tapeline/databento';
import type { BatchJob, BatchJobRequest } from '@tapeline/databento';
import { DbnStream } from '@tapeline/dbn';
import { SyntheticMarket } from './domain/synthetic/synthetic-market.js';
import { startSandbox } from './start-sandbox.js';
import type { Sandbox } from './start-sandbox.js';

/** Jobs are looked at again and again, as fast as can be. */
const UNLIMITED = { calls: 10_000, perMs: 1_000 };

/** A day of one symbol's trades. */
export const DAY: BatchJobRequest = {
  dataset: 'GLBX.MDP3',
  schema: 'trades',
  symbols: ['ES.c.0'],
  stypeIn: 'continuous',
  start: '2024-07-01',
  end: '2024-07-02',
};

export class SandboxSession {
  readonly client: HistoricalClient;

  private constructor(
    readonly sandbox: Sandbox,
    /** For downloads. */
    readonly folder: string,
  ) {
    this.client = this.clientWith('db-test');
  }

  static async start(tradesPerDay: number): Promise<SandboxSession> {
    const market = new SyntheticMarket({ seed: 1, tradesPerDay });
    const sandbox = await startSandbox(market, { host: '127.0.0.1', port: 0, logger: false });
    return new SandboxSession(sandbox, await mkdtemp(join(tmpdir(), 'tapeline-test-')));
  }

  async stop(): Promise<void> {
    await this.sandbox.close();
    await rm(this.folder, { recursive: true });
  }

  clientWith(apiKey: string): HistoricalClient {
    return new HistoricalClient({
      apiKey,
      baseUrl: this.sandbox.url,
      rateLimits: { batch: UNLIMITED, submitJob: UNLIMITED },
      retry: { attempts: 3, baseMs: 1, capMs: 2 },
    });
  }

  /** A job that is done. */
  async finishedJob(request: BatchJobRequest, client = this.client): Promise<BatchJob> {
    const { id } = await client.batch.submitJob(request);
    for (;;) {
      const job = await client.batch.getJobDetails(id);
      if (job.state === 'done') return job;
    }
  }

  /** What arrives of {@link DAY}, changed as given, and whether it was cut. */
  async receive(changes: Partial<Parameters<HistoricalClient['getRange']>[0]> = {}) {
    const { body } = await this.client.getRange({ ...DAY, ...changes });
    const parts: Uint8Array[] = [];
    let isCut = false;
    try {
      for await (const part of body) parts.push(part.slice());
    } catch (error) {
      isCut = error instanceof ConnectionError;
    }
    return { parts, bytes: Buffer.concat(parts), isCut };
  }

  /** The files of a job by name. */
  async download(jobId: string): Promise<Map<string, Buffer>> {
    const { folder } = this;
    const contents = new Map<string, Buffer>();
    for (const { path } of await this.client.batch.downloadJob({ jobId, folder })) {
      contents.set(basename(path), await readFile(path));
    }
    return contents;
  }

  /** A call as others make it. */
  call(
    path: string,
    init: { body?: URLSearchParams; headers?: Record<string, string> } = {},
  ): Promise<Response> {
    return fetch(new URL(path, this.sandbox.url), {
      method: init.body ? 'POST' : 'GET',
      ...init,
      headers: { authorization: `Basic ${btoa('db-test:')}`, ...init.headers },
    });
  }

  /** The status of an order at /faults. */
  async order(fault: object): Promise<number> {
    const response = await fetch(`${this.sandbox.url}/faults`, {
      method: 'POST',
      body: JSON.stringify(fault),
      headers: { 'content-type': 'application/json' },
    });
    return response.status;
  }
}

/** DBN read whole, or as far as it goes. */
export async function decode(bytes: Uint8Array) {
  const stream = await DbnStream.open(
    (async function* () {
      yield bytes;
    })(),
  );
  const parts: Uint8Array[] = [];
  let isTruncated = false;
  try {
    for await (const block of stream.blocks()) parts.push(block.bytes.slice());
  } catch {
    isTruncated = true;
  }
  return { metadata: stream.metadata, records: Buffer.concat(parts), isTruncated };
}
