import { databaseStats, Storage } from '@tapeline/storage';
import type { DatabaseStats } from '@tapeline/storage';
import { CliError } from '../cli-error.js';
import { formatStats } from '../db/format-stats.js';
import { openSource } from '../db/open-servers.js';
import { reachDatabase } from '../db/reach-database.js';

export interface DbStatsOptions {
  readonly exact?: boolean;
  readonly all?: boolean;
  readonly folder?: string;
  readonly json?: boolean;
}

/** `tapeline db stats`. */
export async function dbStats(options: DbStatsOptions): Promise<void> {
  await using servers = await openSource({ folder: options.folder, events: false });
  const storage = Storage.open({ url: servers.postgres, connections: 4 });
  try {
    await reachDatabase(servers.postgres, storage.pool.query('SELECT 1'));
    const stats = await read(storage, options.exact ?? false);
    console.log(
      options.json ? JSON.stringify(toJson(stats)) : formatStats(stats, options.all ?? false),
    );
  } finally {
    await storage.close();
  }
}

/** PostgreSQL's code for a table that is not there. */
const NO_TABLE = '42P01';

async function read(storage: Storage, exact: boolean): Promise<DatabaseStats> {
  try {
    return await databaseStats(storage, exact);
  } catch (error) {
    if ((error as { code?: string }).code !== NO_TABLE) throw error;
    throw new CliError(
      "the database has no tables of tapeline's: the services make them when they start; or check DATABASE_URL",
      { cause: error },
    );
  }
}

/** Names as the gateway's answers have them. */
function toJson({ database, exact, partitioning, walBytes, schemas, ...rest }: DatabaseStats) {
  return {
    database: {
      name: database.name,
      server: database.serverVersion,
      timescaledb: database.timescaledb,
      migrations: database.migrations,
      bytes: database.bytes,
      wal_bytes: walBytes,
      partitioning,
    },
    rows_are: exact ? 'counted' : 'estimated',
    schemas: schemas.map(
      ({ schema, table, rows, deadRows, bytes, chunks, first, last, datasets }) => ({
        schema,
        table,
        rows,
        dead_rows: deadRows,
        table_bytes: bytes.table,
        index_bytes: bytes.indexes,
        total_bytes: bytes.total,
        chunk_kind: chunks.kind,
        chunks: chunks.total,
        compressed_chunks: chunks.compressed,
        uncompressed_chunks: chunks.total - chunks.compressed,
        compression_ratio: chunks.ratio,
        first,
        last,
        datasets,
      }),
    ),
    ledger: rest.ledger,
    quarantine: rest.quarantine,
    tables: rest.tables.map(({ table, rows, deadRows, bytes }) => ({
      table,
      rows,
      dead_rows: deadRows,
      total_bytes: bytes,
    })),
  };
}
