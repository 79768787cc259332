/**
 * Files that are here already, by themselves and as a batch job's ZIP: their jobs ask Databento for nothing, so they
 * cost nothing. The fetcher's Databento is a server that counts what it is asked and refuses it.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { HistoricalClient } from '@tapeline/databento';
import type { BatchJob } from '@tapeline/databento';
import { processStart } from '@tapeline/embedded';
import type { Job } from './stack-client.js';
import { StackClient } from './stack-client.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const apiKey = 'db-tapeline-embedded-sandbox-key';

let asked: string[];
let server: Server;
let client: StackClient;
let databento: HistoricalClient;
let batch: BatchJob;
let zip: string;

beforeAll(async () => {
  asked = [];
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(403).end('no file needs Databento');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  client = await StackClient.start('files', { DATABENTO_BASE_URL: `http://127.0.0.1:${port}` });
  const { urls, gatewayKey } = client.stack;
  // The note by which commands find a running stack.
  const supervisor = { pid: process.pid, start: processStart(process.pid) };
  const note = JSON.stringify({ folder: client.folder, supervisor, urls, gatewayKey });
  writeFileSync(join(client.folder, 'stack.json'), note);
  databento = new HistoricalClient({ apiKey, baseUrl: urls.sandbox });
  batch = await databento.batch.submitJob({
    dataset: 'GLBX.MDP3',
    schema: 'trades',
    symbols: ['ES.c.0', 'CL.c.0'],
    stypeIn: 'continuous',
    start: '2024-07-01',
    end: '2024-07-04',
  });
  while (batch.state !== 'done') {
    await delay(50);
    batch = await databento.batch.getJobDetails(batch.id);
  }
  zip = join(client.folder, `${batch.id}.zip`);
  const response = await fetch(new URL(`/v0/batch.download?job_id=${batch.id}`, urls.sandbox), {
    headers: { authorization: `Basic ${btoa(`${apiKey}:`)}` },
  });
  if (!response.ok) throw new Error(`batch.download: ${await response.text()}`);
  writeFileSync(zip, new Uint8Array(await response.arrayBuffer()));
});
afterAll(async () => {
  await databento?.close();
  await client?.stop();
  server?.close();
});

/** What the sandbox was asked for, its own batch job included. */
const sandboxCalls = async (): Promise<unknown> =>
  (await fetch(new URL('/calls', client.stack.urls.sandbox))).json();

/** `tapeline ingest --file PATH --watch --json`: the jobs, and what it tells on the way. */
function ingest(path: string): Promise<{ code: number; jobs: Job[]; told: string }> {
  const env = { ...process.env, TAPELINE_STATE_DIR: client.folder, NODE_OPTIONS: '' };
  const command = join(root, 'cli', 'bin', 'tapeline.js');
  const args = [command, 'ingest', '--file', path, '--watch', '--json'];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env }, (error, out, told) => {
      const { jobs = [] } = (out === '' ? {} : JSON.parse(out)) as { jobs?: Job[] };
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, jobs, told });
    });
  });
}

/** The sha256 of each DBN file in the archive. */
function archived(): Set<string> {
  const folder = join(client.folder, 'archive', 'chunks');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => name.endsWith('.dbn.zst'));
  return new Set(
    files.map((name) =>
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ),
  );
}

it('ingests files and ZIPs of batch jobs without a call to Databento', async () => {
  const files = await databento.batch.listFiles(batch.id);
  const data = files.filter(({ filename }) => filename.endsWith('.dbn.zst'));
  expect(data).toHaveLength(3);
  const { path } = await databento.batch.downloadFile({
    jobId: batch.id,
    file: data[0]!,
    folder: client.folder,
  });
  const before = await sandboxCalls();
  const day = await client.run({ file: path });
  expect(day).toMatchObject({ state: 'completed', holds: true, quote: null, spent_usd: 0 });
  expect(day.stored).toBeGreaterThan(0);

  const imported = await ingest(zip);
  const extraction = /\.zip is extracted in (\S+)/.exec(imported.told)?.[1];
  expect(extraction).toMatch(new RegExp(`^${client.folder}/import/[0-9a-f]{64}$`));
  expect(imported).toMatchObject({
    code: 0,
    jobs: [
      { state: 'completed', reason: 'already_held', stored: 0 },
      { state: 'completed', reason: null, holds: true },
      { state: 'completed', reason: null, holds: true },
    ],
  });
  const stored = imported.jobs.reduce((sum, job) => sum + job.stored, day.stored);
  expect(stored).toBe(batch.recordCount);
  expect(await client.count('trades')).toBe(stored);

  // Its files are in the archive, so nothing of the extraction is left.
  expect(imported.told).toContain(`${extraction} is deleted`);
  expect(existsSync(join(client.folder, 'import'))).toBe(false);
  expect(archived()).toEqual(new Set(data.map(({ sha256 }) => sha256)));
  const again = await ingest(zip);
  expect(again.jobs.map(({ reason, stored }) => [reason, stored])).toEqual(
    Array.from({ length: 3 }, () => ['already_held', 0]),
  );
  expect(again.told).toContain(extraction);

  expect(asked).toEqual([]);
  expect(await sandboxCalls()).toEqual(before);
});

it('would have been seen to call Databento', async () => {
  const job = await client.run({
    dataset: 'GLBX.MDP3',
    schema: 'trades',
    symbols: 'ES.c.0',
    stype_in: 'continuous',
    start: '2024-08-01',
  });
  expect(job.state).toBe('failed');
  expect(asked).not.toEqual([]);
});
