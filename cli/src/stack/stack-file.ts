import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { processStart } from '@tapeline/embedded';
import { CliError } from '../cli-error.js';

/** The checkout that this CLI is a part of. */
export const projectRoot = fileURLToPath(new URL('../../../', import.meta.url));

/** What running makes: data, logs, and the note of the running stack. Tests have one of their own. */
export const stateFolder = process.env['TAPELINE_STATE_DIR'] ?? join(projectRoot, '.tapeline');

const path = join(stateFolder, 'stack.json');

/** What a running stack writes down for other commands to find it. */
export interface StackFile {
  readonly folder: string;
  /** Where its settings and rules are. */
  readonly configs: string;
  /** An operator's, of the gateway. */
  readonly gatewayKey: string;
  readonly supervisor: { readonly pid: number; readonly start: string };
  readonly urls: {
    readonly gateway: string;
    readonly sandbox: string;
    readonly nats: string;
    readonly postgres: string;
  };
}

/** Where the stack's data go when no folder is named. */
const defaultFolder = (): string => join(stateFolder, 'stack');

/** Settings and rules: the folder given, else that of the running stack, of the environment, or the project's. */
export const configsFolder = (given: string | undefined): string =>
  resolve(
    given ??
      readStackFile()?.configs ??
      process.env['TAPELINE_CONFIGS_DIR'] ??
      join(projectRoot, 'configs'),
  );

/** The folder that a user names is relative to where he is. */
export const stackFolder = (folder: string | undefined): string =>
  folder === undefined ? defaultFolder() : resolve(folder);

export function writeStackFile(stack: StackFile): void {
  mkdirSync(stateFolder, { recursive: true });
  // With the gateway's key and the database's password.
  writeFileSync(path, `${JSON.stringify(stack, null, 2)}\n`, { mode: 0o600 });
}

export const removeStackFile = (): void => rmSync(path, { force: true });

/** The running stack, or undefined if none runs: a file left by a killed one does not count. */
export function readStackFile(): StackFile | undefined {
  let stack: StackFile;
  try {
    stack = JSON.parse(readFileSync(path, 'utf8')) as StackFile;
  } catch {
    return undefined;
  }
  return processStart(stack.supervisor.pid) === stack.supervisor.start ? stack : undefined;
}

/** The gateway to talk to: TAPELINE_URL, or the running stack's. @throws CliError if there is neither. */
export function gatewayUrl(): string {
  const url = process.env['TAPELINE_URL'] ?? readStackFile()?.urls.gateway;
  if (url !== undefined) return url;
  throw new CliError(
    "nothing is running: 'tapeline up' starts a stack, or set TAPELINE_URL to a gateway's address",
  );
}

/**
 * The key to talk to it with: TAPELINE_KEY, or the running stack's. That is sent to no gateway but the stack's own.
 * Undefined if there is neither.
 */
export const gatewayKey = (): string | undefined =>
  process.env['TAPELINE_KEY'] ??
  (process.env['TAPELINE_URL'] === undefined ? readStackFile()?.gatewayKey : undefined);
