import { findPostgresPrograms } from '@tapeline/embedded';
import type { PostgresProgram } from '@tapeline/embedded';

export type Method = 'pg_dump' | 'copy';

/** A program that fits, or why there is none. */
export type Choice = { readonly program: PostgresProgram } | { readonly remedy: string };

/**
 * The oldest program of at least that major version: pg_dump refuses a server that is newer than itself, and what a
 * newer pg_restore says is not always understood by an older server.
 */
export function chooseProgram(
  name: 'pg_dump' | 'pg_restore',
  programs: readonly PostgresProgram[],
  major: number,
): Choice {
  const program = programs.find((candidate) => candidate.major >= major);
  if (program) return { program };
  const found =
    programs.length === 0
      ? `there is no ${name} on this machine`
      : `the ${name} of this machine is of PostgreSQL ${[...new Set(programs.map(({ version }) => version))].join(', ')}`;
  return {
    remedy: `${found}, and ${major} or newer is needed: install postgresql-client-${major}, or name the folder of its programs with TAPELINE_PG_BIN`,
  };
}

export async function findProgram(name: 'pg_dump' | 'pg_restore', major: number): Promise<Choice> {
  return chooseProgram(name, await findPostgresPrograms(name), major);
}

/** libpq's variables for an address. On a command line its password would be seen by everybody. */
export function connectionEnvironment(address: string): Record<string, string> {
  const url = new URL(address);
  const ssl = url.searchParams.get('sslmode');
  const root = url.searchParams.get('sslrootcert');
  return {
    PGHOST: url.searchParams.get('host') ?? decodeURIComponent(url.hostname),
    PGPORT: url.port === '' ? '5432' : url.port,
    PGDATABASE: decodeURIComponent(url.pathname.slice(1)),
    PGUSER: decodeURIComponent(url.username),
    PGPASSWORD: decodeURIComponent(url.password),
    PGCLIENTENCODING: 'UTF8',
    ...(ssl !== null && { PGSSLMODE: ssl }),
    ...(root !== null && { PGSSLROOTCERT: root }),
  };
}
