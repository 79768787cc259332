import type { ClientBase, Pool } from 'pg';

/** The partitions or chunks of a market table with rows: `[from, to)` in UTC days since 1970. */
export interface HeldDays {
  readonly from: number;
  readonly to: number;
}

/** Which days of each market table, by its name, have a partition or a chunk; empty ones may be among them. */
export async function heldDays(client: ClientBase | Pool): Promise<Map<string, HeldDays[]>> {
  const { rows: hypertables } = await client.query<{ there: boolean }>(
    "SELECT to_regclass('timescaledb_information.chunks') IS NOT NULL AS there",
  );
  const bounds = hypertables[0]!.there
    ? `SELECT hypertable_name::text AS name, range_start AS f, range_end AS t
         FROM timescaledb_information.chunks WHERE hypertable_schema = 'public'`
    : `SELECT p.relname::text AS name, b[1]::timestamptz AS f, b[2]::timestamptz AS t
         FROM pg_inherits i
         JOIN pg_class p ON p.oid = i.inhparent AND p.relnamespace = 'public'::regnamespace
         JOIN pg_class c ON c.oid = i.inhrelid
        CROSS JOIN regexp_match(pg_get_expr(c.relpartbound, c.oid),
                                'FROM \\(''([^'']+)''\\) TO \\(''([^'']+)''\\)') b
        WHERE b IS NOT NULL`;
  const { rows } = await client.query<{ name: string; f: string; t: string }>(
    `SELECT name, floor(extract(epoch FROM f) / 86400)::int AS f,
            ceil(extract(epoch FROM t) / 86400)::int AS t FROM (${bounds}) b ORDER BY 1, 2`,
  );
  const days = new Map<string, HeldDays[]>();
  for (const { name, f, t } of rows) {
    const held = days.get(name) ?? [];
    held.push({ from: Number(f), to: Number(t) });
    days.set(name, held);
  }
  return days;
}
