import { existsSync, watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { join } from 'node:path';
import { readConfigFiles } from './read-config-files.js';

/** Files of one folder of the configuration. */
export type ConfigFiles = ReturnType<typeof readConfigFiles>;

/** What a configuration says now. */
export interface ConfigWatch<Compiled> {
  readonly current: Compiled;
  /** Looks no longer for changes. */
  readonly close: () => void;
}

/** Where changes are told. */
export interface WatchLogger {
  info(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** An editor writes a file in several steps, and several files belong together. */
const SETTLE_MS = 100;

/**
 * Compiles folders of the configuration, and again whenever their files change: if that fails, what was
 * compiled before stays.
 * @param folders names below `configsDir`; one that does not exist has no files.
 * @throws what `compile` throws the first time.
 */
export function watchConfig<Folder extends string, Compiled extends { readonly version: string }>(
  configsDir: string,
  folders: readonly Folder[],
  compile: (files: Readonly<Record<Folder, ConfigFiles>>) => Compiled,
  logger: WatchLogger,
): ConfigWatch<Compiled> {
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;
  const later = (): void => {
    clearTimeout(timer);
    timer = setTimeout(reload, SETTLE_MS).unref();
  };
  const follow = (folder: string): void => {
    if (watchers.has(folder) || !existsSync(folder)) return;
    const forget = (): void => {
      watchers.get(folder)?.close();
      watchers.delete(folder);
      later();
    };
    const watcher = watch(folder, { persistent: false }, () => {
      // A folder that was replaced by another of its name is followed anew.
      if (existsSync(folder)) later();
      else forget();
    });
    watchers.set(folder, watcher.on('error', forget));
  };
  const followAll = (): void => {
    for (const folder of ['', ...folders]) follow(join(configsDir, folder));
  };
  const read = (): Compiled =>
    compile(
      Object.fromEntries(
        folders.map((folder) => [
          folder,
          existsSync(join(configsDir, folder)) ? readConfigFiles(configsDir, folder) : [],
        ]),
      ) as Record<Folder, ConfigFiles>,
    );
  // Followed before they are read: a change in between is read twice, not missed.
  followAll();
  const close = (): void => {
    clearTimeout(timer);
    for (const watcher of watchers.values()) watcher.close();
    watchers.clear();
  };
  let current: Compiled;
  try {
    current = read();
  } catch (error) {
    close();
    throw error;
  }
  const reload = (): void => {
    followAll();
    try {
      const next = read();
      const before = current.version;
      if (next.version === before) return;
      current = next;
      logger.info({ before, version: next.version }, 'the rules changed');
    } catch (err) {
      logger.error(
        { err, version: current.version },
        `the rules stay as they were: ${(err as Error).message}`,
      );
    }
  };
  return {
    get current() {
      return current;
    },
    close,
  };
}
