import type { PoolClient } from 'pg';
import { PROJECTION_TABLES } from './projection-tables.js';

const ATTEMPTS = 20;
const WAIT_MS = 2_000;
const DEADLOCK_OR_TIMEOUT = new Set(['40P01', '55P03']);

/**
 * Keeps others from changing the present tables until the transaction ends; they may be read. Planners wait before
 * they read, since they would plan by coverage that is about to change. A transaction that has changed one of the
 * tables and wants the next is let through: the wait is short, and is begun anew.
 */
export async function lockPresent(client: PoolClient, present: string): Promise<void> {
  const tables = PROJECTION_TABLES.map(({ name }) => `${present}."${name}"`).join(', ');
  await client.query(`SET LOCAL lock_timeout = ${WAIT_MS}`);
  for (let attempt = 1; ; attempt++) {
    await client.query('SAVEPOINT lock_present');
    try {
      await client.query(
        `SELECT pg_advisory_xact_lock(hashtextextended('plan ' || dataset || ' ' || schema, 0))
           FROM (SELECT dataset, schema FROM chunk UNION SELECT dataset, schema FROM ${present}.chunk) planned`,
      );
      await client.query(`LOCK TABLE ${tables} IN EXCLUSIVE MODE`);
      break;
    } catch (error) {
      const code = String((error as { code?: unknown }).code);
      if (!DEADLOCK_OR_TIMEOUT.has(code) || attempt === ATTEMPTS) throw error;
      await client.query('ROLLBACK TO SAVEPOINT lock_present');
    }
  }
  await client.query('SET LOCAL lock_timeout = 0');
}
