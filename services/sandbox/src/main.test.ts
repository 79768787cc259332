/** The service as a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from '@jest/globals';
import { HistoricalClient } from '@tapeline/databento';

const start = (env: Record<string, string>) =>
  spawn(process.execPath, [join(import.meta.dirname, 'main.js')], {
    cwd: join(import.meta.dirname, '../../..'),
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });

const firstLine = async (output: NodeJS.ReadableStream) => {
  for await (const line of createInterface(output)) {
    return JSON.parse(line) as { url?: string; msg: string };
  }
  throw new Error('the process ended without a word');
};

it('starts, answers and stops', async () => {
  const service = start({ SANDBOX_HOST: '127.0.0.1', SANDBOX_PORT: '0', SANDBOX_DATA_DIR: '' });
  const ended = once(service, 'exit');
  try {
    const { url } = await firstLine(service.stdout);
    const answer = await fetch(`${url}/healthz`);
    expect(await answer.json()).toEqual({ status: 'ok' });
  } finally {
    service.kill('SIGTERM');
  }
  expect(await ended).toEqual([0, null]);
});

it('leaves no files of batch jobs behind', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tapeline-test-'));
  const env = { SANDBOX_HOST: '127.0.0.1', SANDBOX_PORT: '0', SANDBOX_DATA_DIR: '' };
  const service = start({ ...env, TMPDIR: folder });
  const ended = once(service, 'exit');
  try {
    const { url } = await firstLine(service.stdout);
    const client = new HistoricalClient({ apiKey: 'db-test', baseUrl: url! });
    const { id } = await client.batch.submitJob({
      dataset: 'GLBX.MDP3',
      schema: 'ohlcv-1d',
      symbols: ['ES.c.0'],
      stypeIn: 'continuous',
      start: '2024-07-01',
    });
    let state = '';
    while (state !== 'done') ({ state } = await client.batch.getJobDetails(id));
    expect(await readdir(folder)).toHaveLength(1);
  } finally {
    service.kill('SIGTERM');
  }
  expect(await ended).toEqual([0, null]);
  expect(await readdir(folder)).toEqual([]);
  await rmdir(folder);
});

it('says in one line why it cannot start', async () => {
  const service = start({ SANDBOX_DATA_DIR: '/nowhere', SANDBOX_PORT: '0' });
  const ended = once(service, 'exit');
  const { msg } = await firstLine(service.stdout);
  expect(msg).toMatch(/^sandbox could not start: .*\/nowhere/);
  expect(await ended).toEqual([1, null]);
});
