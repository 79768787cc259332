import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { ManagedProcess, type ProcessOptions } from './managed-process.js';
import { processStart } from './process-identity.js';
import { findProcesses, recordProcess, stopProcesses } from './process-record.js';

// Touches a file when it is ready, and ends in good order on SIGTERM.
const PROGRAM = `
  const { writeFileSync, appendFileSync } = require('node:fs');
  process.on('SIGTERM', () => { appendFileSync(process.argv[1] + '.stopped', 'x'); process.exit(0); });
  writeFileSync(process.argv[1], String(process.pid));
  setInterval(() => {}, 1000);
`;

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tapeline-process-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function program(name: string, more: Partial<ProcessOptions> = {}): ProcessOptions {
  const ready = join(folder, name);
  return {
    name,
    command: process.execPath,
    args: ['-e', PROGRAM, ready],
    logFile: join(folder, `${name}.log`),
    runFolder: join(folder, 'run'),
    beforeStart: () => {
      rmSync(ready, { force: true });
    },
    isReady: async () => existsSync(ready),
    ...more,
  };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await sleep(10);
  }
}

describe('ManagedProcess', () => {
  it('starts a process, records it, and stops it in good order', async () => {
    const managed = await ManagedProcess.start(program('one'));
    expect(managed.status()).toEqual({
      name: 'one',
      state: 'ready',
      ready: true,
      pid: Number(readFileSync(join(folder, 'one'), 'utf8')),
      restarts: 0,
    });
    expect(findProcesses(join(folder, 'run')).map(({ name }) => name)).toEqual(['one']);

    await managed.stop();
    expect(managed.status()).toMatchObject({ state: 'stopped', pid: undefined });
    expect(readFileSync(join(folder, 'one.stopped'), 'utf8')).toBe('x');
    expect(findProcesses(join(folder, 'run'))).toEqual([]);
  });

  it('starts a killed process again, and tells every change of state', async () => {
    const states: string[] = [];
    const managed = await ManagedProcess.start(
      program('two', { restart: true, onChange: (status) => states.push(status.state) }),
    );
    const firstPid = managed.pid;
    await managed.kill();
    await until(() => managed.status().restarts === 1 && managed.status().ready);
    expect(managed.pid).not.toBe(firstPid);

    await managed.stop();
    expect(states).toEqual([
      'starting',
      'ready',
      'waiting to restart',
      'starting',
      'ready',
      'stopped',
    ]);
  });

  it('can be stopped while it waits to restart', async () => {
    const managed = await ManagedProcess.start(program('three', { restart: true }));
    await managed.kill();
    await managed.stop();
    expect(managed.status()).toMatchObject({ state: 'stopped', pid: undefined });
  });

  it('fails with the end of the log when the process ends before it is ready', async () => {
    const args = ['-e', 'console.error("no such market"); process.exit(3)'];
    await expect(
      ManagedProcess.start(program('four', { args, isReady: async () => false })),
    ).rejects.toThrow(
      /^four ended with exit code 3\. Its log is .*four\.log; it ends:\nno such market$/u,
    );
  });

  it('fails and leaves nothing running when the process is not ready in time', async () => {
    const options = program('five', { isReady: async () => false, readyTimeoutMs: 50 });
    await expect(ManagedProcess.start(options)).rejects.toThrow(/was not ready after 50 ms/u);
    expect(findProcesses(join(folder, 'run'))).toEqual([]);
  });

  it('fails when there is no such program', async () => {
    const options = program('six', { command: join(folder, 'absent') });
    await expect(ManagedProcess.start(options)).rejects.toThrow(
      /six could not be started.*ENOENT/u,
    );
  });

  it('starts again as long as what the process printed asks for it', async () => {
    let starts = 0;
    const managed = await ManagedProcess.start(
      program('seven', {
        args: [
          '-e',
          `if (!process.env.LAST) { console.log('busy'); process.exit(1); } ${PROGRAM}`,
          join(folder, 'seven'),
        ],
        beforeStart: () => {
          starts += 1;
          process.env['LAST'] = starts === 3 ? 'yes' : '';
        },
        retryStart: (output) => output === 'busy\n',
      }),
    );
    expect(starts).toBe(3);
    await managed.stop();
  });
});

describe('stopProcesses', () => {
  it('stops what a killed supervisor left, by name', async () => {
    // Not restarted, so for this test it is an orphan.
    const orphan = await ManagedProcess.start(program('orphan'));
    const { pid } = orphan;

    expect(await stopProcesses(join(folder, 'run'))).toEqual(['orphan']);
    expect(processStart(pid ?? 0)).toBeUndefined();
    expect(readFileSync(join(folder, 'orphan.stopped'), 'utf8')).toBe('x');
    await orphan.stop();
  });

  it('leaves alone a process that only shares the pid', async () => {
    const run = join(folder, 'run');
    const stranger = await ManagedProcess.start(program('stranger', { runFolder: undefined }));
    recordProcess(run, { name: 'old', pid: stranger.pid ?? 0, stopSignal: 'SIGKILL' });
    const path = join(run, 'old.json');
    const record = readFileSync(path, 'utf8');
    writeFileSync(path, record.replace(/"start":"[^"]*"/u, '"start":"another boot 1"'));

    expect(await stopProcesses(run)).toEqual([]);
    expect(existsSync(path)).toBe(false);
    expect(stranger.status().ready).toBe(true);
    await stranger.stop();
  });
});
