import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '@tapeline/config';
import { startNatsServer, startPostgres } from '@tapeline/embedded';
import { CliError } from '../cli-error.js';
import { configsFolder, readStackFile, stackFolder } from '../stack/stack-file.js';

/** A database and a bus, started for this command or there already. */
export interface Servers extends AsyncDisposable {
  readonly postgres: string;
  /** Undefined where none is wanted or named. */
  readonly nats: string | undefined;
  /** The folder of an embedded stack, for its archive. */
  readonly folder: string | undefined;
}

interface Wanted {
  /** Of an embedded stack. */
  readonly folder: string | undefined;
  readonly events: boolean;
}

const untouched = (): Promise<void> => Promise.resolve();

/**
 * What is to be read: the stack of the folder given, running or not; else the servers of DATABASE_URL and NATS_URL;
 * else the running stack; else the stopped one in the usual place. @throws CliError if there is none of them.
 */
export async function openSource({ folder, events }: Wanted): Promise<Servers> {
  const running = readStackFile();
  const address = process.env['DATABASE_URL'];
  if (folder === undefined && address !== undefined && address !== '') {
    const nats = events ? natsOfConfig() : undefined;
    return { postgres: address, nats, folder: undefined, [Symbol.asyncDispose]: untouched };
  }
  const home = folder === undefined && running ? running.folder : stackFolder(folder);
  if (running?.folder === home) return runningServers(home, events);
  if (!existsSync(join(home, 'postgres'))) {
    throw new CliError(
      `there is no stack in ${home}: name one with --folder, or a database with DATABASE_URL`,
    );
  }
  return startServers(home, events);
}

/** The servers of an embedded stack that is to be filled: new ones if the folder is new. */
export async function openTarget({ folder, events }: Wanted): Promise<Servers> {
  const home = stackFolder(folder);
  return readStackFile()?.folder === home
    ? runningServers(home, events)
    : startServers(home, events);
}

function runningServers(folder: string, events: boolean): Servers {
  const { postgres, nats } = readStackFile()!.urls;
  return {
    postgres,
    nats: events ? nats : undefined,
    folder,
    [Symbol.asyncDispose]: untouched,
  };
}

const natsOfConfig = (): string =>
  loadConfig(['NATS_URL'], {
    ...process.env,
    TAPELINE_CONFIGS_DIR: configsFolder(undefined),
  }).NATS_URL;

async function startServers(folder: string, events: boolean): Promise<Servers> {
  const runFolder = join(folder, 'run');
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), runFolder });
  try {
    const nats = events
      ? await startNatsServer({ dataDir: join(folder, 'nats'), runFolder })
      : undefined;
    return {
      postgres: postgres.url,
      nats: nats?.url,
      folder,
      [Symbol.asyncDispose]: async () => {
        await nats?.stop();
        await postgres.stop();
      },
    };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}
