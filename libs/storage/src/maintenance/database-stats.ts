import { SCHEMA_NAMES, SCHEMAS } from '@tapeline/records';
import type { Pool } from 'pg';
import type { Storage } from '../storage.js';
import { databaseFacts } from './database-facts.js';
import type { DatabaseFacts } from './database-facts.js';
import { heldTables, tableKey } from './held-tables.js';
import { marketTableStats } from './market-table-stats.js';
import type { MarketTableStats } from './market-table-stats.js';
import { estimateRows, relationSizes } from './relation-sizes.js';
import { heldDays } from './held-days.js';

/** What the database holds and what it takes. */
export interface DatabaseStats {
  readonly database: DatabaseFacts;
  /** Whether the rows of market tables were counted; if not they are the server's estimates. */
  readonly exact: boolean;
  readonly partitioning: 'timescaledb' | 'native';
  /** Bytes of write-ahead log on disk; null where this user may not know. */
  readonly walBytes: number | null;
  readonly schemas: readonly MarketTableStats[];
  /** Counted. */
  readonly ledger: { readonly batches: number; readonly stored: number };
  /** Refused records by what became of them, counted. */
  readonly quarantine: Readonly<Record<string, number>>;
  /** All other tables; rows are estimates. */
  readonly tables: readonly {
    readonly table: string;
    readonly rows: number;
    readonly deadRows: number;
    readonly bytes: number;
  }[];
}

/** @throws the database's errors; `42P01` where the migrations were never run. */
export async function databaseStats(storage: Storage, exact: boolean): Promise<DatabaseStats> {
  const { pool } = storage;
  const { kind } = await storage.partitions();
  const days = await heldDays(pool);
  const schemas: MarketTableStats[] = [];
  for (const name of SCHEMA_NAMES) {
    const schema = SCHEMAS[name];
    const query = {
      isHypertable: kind === 'timescaledb',
      exact,
      days: days.get(schema.table) ?? [],
    };
    schemas.push(await marketTableStats(pool, schema, query));
  }
  return {
    database: await databaseFacts(pool),
    exact,
    partitioning: kind,
    walBytes: await walBytes(pool),
    schemas,
    ledger: await countLedger(pool),
    quarantine: await countQuarantine(pool),
    tables: await otherTables(pool, new Set(schemas.map(({ table }) => table))),
  };
}

/** PostgreSQL's code for what a user may not do. */
const FORBIDDEN = '42501';

async function walBytes(pool: Pool): Promise<number | null> {
  try {
    const { rows } = await pool.query<{ bytes: string }>(
      'SELECT coalesce(sum(size), 0)::text AS bytes FROM pg_ls_waldir()',
    );
    return Number(rows[0]!.bytes);
  } catch (error) {
    if ((error as { code?: string }).code === FORBIDDEN) return null;
    throw error;
  }
}

async function countLedger(pool: Pool): Promise<DatabaseStats['ledger']> {
  const { rows } = await pool.query<{ batches: string; stored: string }>(
    `SELECT count(*)::text AS batches, coalesce(sum(stored), 0)::text AS stored FROM ledger`,
  );
  return { batches: Number(rows[0]!.batches), stored: Number(rows[0]!.stored) };
}

async function countQuarantine(pool: Pool): Promise<Record<string, number>> {
  const { rows } = await pool.query<{ state: string; count: string }>(
    'SELECT state, count(*)::text FROM quarantine GROUP BY 1 ORDER BY 1',
  );
  return Object.fromEntries(rows.map(({ state, count }) => [state, Number(count)]));
}

async function otherTables(
  pool: Pool,
  market: ReadonlySet<string>,
): Promise<DatabaseStats['tables']> {
  const tables = (await heldTables(pool)).filter(
    ({ schema, name }) => schema === 'public' && !market.has(name),
  );
  return Promise.all(
    tables.map(async (table) => {
      const { rows, dead } = await estimateRows(pool, table.name, false);
      const { total } = await relationSizes(pool, table.name, false);
      return { table: tableKey(table), rows, deadRows: dead, bytes: total };
    }),
  );
}
