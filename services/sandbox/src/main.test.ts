/** The service as a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from '@jest/globals';

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

it('says in one line why it cannot start', async () => {
  const service = start({ SANDBOX_DATA_DIR: '/nowhere', SANDBOX_PORT: '0' });
  const ended = once(service, 'exit');
  const { msg } = await firstLine(service.stdout);
  expect(msg).toMatch(/^sandbox could not start: .*\/nowhere/);
  expect(await ended).toEqual([1, null]);
});
