import type { ClientBase, Pool } from 'pg';

/** What the database can do. */
export interface Engine {
  /** Whether market tables are hypertables, or partitioned by PostgreSQL itself. */
  readonly kind: 'timescaledb' | 'native';
  readonly edition: 'community' | 'apache' | null;
  /** Of TimescaleDB; null without it. */
  readonly version: string | null;
  /** Of PostgreSQL. */
  readonly postgres: string;
  /** Sentences: what is missing, and what to do about it. */
  readonly missing: readonly string[];
}

/** The oldest TimescaleDB that tapeline is made for. */
const OLDEST = [2, 20] as const;

/** Looks at the server and at the market tables. Needs the migrations to have been applied. */
export async function describeEngine(client: ClientBase | Pool): Promise<Engine> {
  const { rows } = await client.query<{
    postgres: string;
    installed: string | null;
    available: boolean;
    license: string | null;
    native: boolean;
  }>(
    `SELECT current_setting('server_version') AS postgres,
            (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb') AS installed,
            EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb') AS available,
            current_setting('timescaledb.license', true) AS license,
            (SELECT relkind = 'p' FROM pg_class WHERE oid = 'trades'::regclass) AS native`,
  );
  const { postgres, installed, available, license, native } = rows[0]!;
  const edition = installed === null ? null : license === 'apache' ? 'apache' : 'community';
  return {
    kind: native ? 'native' : 'timescaledb',
    edition,
    version: installed,
    postgres: postgres.split(' ')[0]!,
    missing: native ? missingOfNative(available) : missingOfTimescale(installed ?? '', edition),
  };
}

function missingOfNative(available: boolean): string[] {
  const without =
    'the tables are native range partitions, without columnstore and compression: rows take about eight times the space';
  const remedy = available
    ? 'TimescaleDB is installed on the server by now: back up, and restore into a new database, whose tables will be hypertables'
    : 'for these install TimescaleDB before the first start';
  return [`${without}; ${remedy}`];
}

function missingOfTimescale(version: string, edition: Engine['edition']): string[] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
  return [
    ...(isOld
      ? [
          `TimescaleDB ${version} is older than ${OLDEST.join('.')}, with which tapeline is tested: ALTER EXTENSION timescaledb UPDATE`,
        ]
      : []),
    ...(edition === 'apache'
      ? [
          'this is the Apache edition of TimescaleDB, without columnstore and policies: the community edition has them, at no cost',
        ]
      : []),
  ];
}
