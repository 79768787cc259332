import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CliError } from '../cli-error.js';
import { configsFolder, gatewayKey, readStackFile, stackFolder } from '../stack/stack-file.js';
import { status } from './status.js';

export interface UpOptions {
  readonly folder?: string;
  readonly data?: string;
  readonly configs?: string;
  readonly json?: boolean;
}

const START_TIMEOUT_MS = 120_000;

/** `tapeline up`: starts the stack as a process of its own and returns once it answers. */
export async function up(options: UpOptions): Promise<void> {
  const running = readStackFile();
  const folder = stackFolder(options.folder);
  const configs = configsFolder(options.configs);
  if (running) {
    if (running.folder !== folder) {
      throw new CliError(
        `a stack with another folder runs already (${running.folder}): 'tapeline down' stops it`,
      );
    }
    if (running.configs !== configs) {
      throw new CliError(
        `the stack that runs goes by ${running.configs}: 'tapeline down' stops it`,
      );
    }
    if (!options.json) console.log('already running');
    return status({ ...(options.json && { json: true }) });
  }
  if (!existsSync(join(configs, 'system.yaml'))) {
    throw new CliError(
      `${configs} has no system.yaml: --configs takes a copy of the project's configs folder`,
    );
  }
  const logs = join(folder, 'logs');
  mkdirSync(logs, { recursive: true });
  const logPath = join(logs, 'supervisor.log');
  const log = openSync(logPath, 'a');
  const main = fileURLToPath(new URL('../stack/supervisor.js', import.meta.url));
  const supervisor = spawn(process.execPath, [main, folder, configs, options.data ?? ''], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const state: { exit?: number | null } = {};
  supervisor.once('exit', (code) => (state.exit = code));
  supervisor.unref();
  for (const deadline = Date.now() + START_TIMEOUT_MS; !readStackFile();) {
    if ('exit' in state || Date.now() > deadline) {
      throw new CliError(`the stack did not start; the reason is at the end of ${logPath}`);
    }
    await delay(100);
  }
  await status({ ...(options.json && { json: true }) });
  if (!options.json) console.log(`an operator's key of the gateway: ${gatewayKey()}`);
}
