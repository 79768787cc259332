import type { ClientBase, Pool } from 'pg';
import { TRADE_BARS } from './trade-bars.js';

/**
 * Gives the bars of trades the policy that brings them up to date every five minutes, wherever trades came or
 * went: TimescaleDB notes the ranges that were touched, and without a start the policy looks at all of them. The
 * latest minute is left to the query.
 */
export async function applyBarsPolicies(client: ClientBase | Pool): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT a.view_name AS name FROM timescaledb_information.continuous_aggregates a
      WHERE a.view_schema = 'public'
        AND NOT EXISTS (SELECT FROM timescaledb_information.jobs j
                         WHERE j.proc_name = 'policy_refresh_continuous_aggregate'
                           AND j.hypertable_name IN (a.view_name, a.materialization_hypertable_name))`,
  );
  const without = new Set(rows.map(({ name }) => name));
  for (const { name, batch } of TRADE_BARS) {
    if (!without.has(name)) continue;
    await client.query(
      `SELECT add_continuous_aggregate_policy($1::regclass, start_offset => NULL,
         end_offset => INTERVAL '1 minute', schedule_interval => INTERVAL '5 minutes',
         buckets_per_batch => $2, if_not_exists => true)`,
      [name, batch],
    );
  }
}
