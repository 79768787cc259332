import type { ClientBase } from 'pg';
import { timescaleVersion } from './timescale-restore.js';

/** Computes anew what is derived from rows that came by COPY: continuous aggregates and materialized views. */
export async function refreshDerived(client: ClientBase): Promise<void> {
  const { rows: views } = await client.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, matviewname) AS name FROM pg_matviews WHERE schemaname = 'public'`,
  );
  for (const { name } of views) await client.query(`REFRESH MATERIALIZED VIEW ${name}`);
  if ((await timescaleVersion(client)) === null) return;
  // One that is made from another was made after it.
  const { rows: aggregates } = await client.query<{ name: string }>(
    `SELECT format('%I.%I', view_schema, view_name) AS name
       FROM timescaledb_information.continuous_aggregates a
       JOIN _timescaledb_catalog.hypertable h ON h.schema_name = a.materialization_hypertable_schema
                                             AND h.table_name = a.materialization_hypertable_name
      ORDER BY h.id`,
  );
  for (const { name } of aggregates) {
    await client.query('CALL refresh_continuous_aggregate($1::regclass, NULL, NULL)', [name]);
  }
}
