import { setTimeout as delay } from 'node:timers/promises';
import { Migrator } from '@mikro-orm/migrations';
import { defineConfig, MikroORM } from '@mikro-orm/postgresql';
import { Client } from 'pg';
import { isUnavailable } from '../is-unavailable.js';
import { ENTITIES } from './entities.js';
import { Migration1 } from './migration-1.js';
import { Migration2 } from './migration-2.js';
import { Migration3 } from './migration-3.js';
import { Migration4 } from './migration-4.js';
import { Migration5 } from './migration-5.js';
import { Migration6 } from './migration-6.js';
import { Migration7 } from './migration-7.js';
import { dropTradeBars, ensureTradeBars } from '../timescale/trade-bars.js';
import { refreshViews } from './people-views.js';

export const MIGRATIONS = [
  { name: 'Migration1', class: Migration1 },
  { name: 'Migration2', class: Migration2 },
  { name: 'Migration3', class: Migration3 },
  { name: 'Migration4', class: Migration4 },
  { name: 'Migration5', class: Migration5 },
  { name: 'Migration6', class: Migration6 },
  { name: 'Migration7', class: Migration7 },
];

/** The ORM over a database: migrations and the relational entities. */
export const openOrm = (url: string): MikroORM =>
  new MikroORM(
    defineConfig({
      clientUrl: url,
      // MikroORM itself takes host, user and database from an address, and would drop its sslmode and options.
      driverOptions: { connectionString: url },
      entities: ENTITIES,
      extensions: [Migrator],
      migrations: {
        migrationsList: MIGRATIONS,
        snapshot: false,
        silent: true,
        allOrNothing: true,
      },
    }),
  );

/**
 * Brings a database to the present schema. Several services may do it at once: one works, the others
 * wait and then find it done. @returns the names of the migrations that were applied.
 */
export async function migrate(url: string): Promise<string[]> {
  return alone(url, async (client) => {
    const orm = openOrm(url);
    try {
      const applied = await orm.migrator.up();
      await refreshViews(client);
      await ensureTradeBars(client);
      return applied.map((migration) => migration.name);
    } finally {
      await orm.close(true);
    }
  });
}

/** Takes the last migration back, or all after the one named; all of them for null. Bars of trades go with them. */
export async function migrateDown(url: string, to?: string | null): Promise<void> {
  await alone(url, async (client) => {
    await dropTradeBars(client);
    const orm = openOrm(url);
    try {
      await orm.migrator.down(to === undefined ? undefined : { to: to ?? 0 });
    } finally {
      await orm.close(true);
    }
  });
}

async function alone<Result>(
  url: string,
  task: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  // If the connection breaks the task's own fails, too; without a listener it would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock(hashtextextended('tapeline migrations', 0))");
    return await task(client);
  } finally {
    await client.end();
  }
}

const RETRY_MS = 500;

/** Brings the schema up to date as soon as the database is there, however long that takes. */
export async function migrateWhenReady(
  url: string,
  onWait: (error: Error) => void = () => undefined,
): Promise<void> {
  for (;;) {
    try {
      await migrate(url);
      return;
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      onWait(error as Error);
      await delay(RETRY_MS);
    }
  }
}
