import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { findNatsServer } from './find-nats-server.js';
import { processStart } from './process-identity.js';
import { startNatsServer } from './start-nats-server.js';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tapeline-nats-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function pretend(name: string, version: string): string {
  const binary = join(folder, name, 'nats-server');
  mkdirSync(join(folder, name));
  writeFileSync(binary, `#!/bin/sh\necho "nats-server: v${version}"\n`);
  chmodSync(binary, 0o755);
  return join(folder, name);
}

describe('startNatsServer', () => {
  it('syncs every message, and is restarted on the same port after a kill', async () => {
    const states: string[] = [];
    const server = await startNatsServer({
      dataDir: join(folder, 'data'),
      restart: true,
      onChange: (status) => states.push(status.state),
    });
    expect(server.url).toBe(`nats://127.0.0.1:${server.port}`);
    expect(readFileSync(join(folder, 'data', 'nats-server.conf'), 'utf8')).toContain(
      'sync_interval: always',
    );
    const { pid } = server;
    await server.kill();
    while (!server.status().ready) {
      await sleep(10);
    }
    expect(server.pid).not.toBe(pid);
    expect(server.status().restarts).toBe(1);
    await server.stop();
    expect(server.pid).toBeUndefined();
  });

  it('dies with its starter, even when that is killed', async () => {
    const code = `
      import { startNatsServer } from ${JSON.stringify(new URL('index.js', import.meta.url).href)};
      const server = await startNatsServer({ dataDir: ${JSON.stringify(folder)} });
      console.log(String(server.pid));
      setInterval(() => {}, 1000);`;
    const starter = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line]: unknown[] = await once(starter.stdout, 'data');
    starter.kill('SIGKILL');
    const pid = Number(String(line));
    expect(pid).toBeGreaterThan(0);
    while (processStart(pid) !== undefined) {
      await sleep(10);
    }
    expect(readFileSync(join(folder, 'nats-server.log'), 'utf8')).toContain('Server Exiting');
  });

  it('says why it does not start', async () => {
    const first = await startNatsServer({ dataDir: join(folder, 'first') });
    await expect(
      startNatsServer({ dataDir: join(folder, 'second'), port: first.port }),
    ).rejects.toThrow(/nats-server ended with exit code 1.*address already in use/su);
    await first.stop();
  });
});

describe('findNatsServer', () => {
  const path = process.env['PATH'];

  afterEach(() => {
    process.env['PATH'] = path;
  });

  it('prefers the PATH to the cache, and passes over one that is too old', async () => {
    const old = pretend('old', '2.9.10');
    const recent = pretend('recent', '2.10.0');
    const cache = pretend('cache', '2.14.0');

    process.env['PATH'] = [old, recent].join(delimiter);
    expect(await findNatsServer(cache)).toEqual({
      path: join(recent, 'nats-server'),
      version: '2.10.0',
    });
    process.env['PATH'] = old;
    expect(await findNatsServer(cache)).toEqual({
      path: join(cache, 'nats-server'),
      version: '2.14.0',
    });
  });

  it('lists the ways to get one when there is none', async () => {
    process.env['PATH'] = join(folder, 'empty');
    await expect(findNatsServer(join(folder, 'cache'))).rejects.toThrow(
      /No nats-server 2\.10 or newer was found \(npm: .*; Debian: .*\)\. Do one of these: .*docker compose up/u,
    );
  });
});
