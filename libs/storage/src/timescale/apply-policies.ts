import { nanosecondsName, ORDINAL, quoteIdentifier, SCHEMAS } from '@tapeline/records';
import type { SchemaDescription, SchemaName } from '@tapeline/records';
import type { ClientBase, Pool } from 'pg';
import { applyBarsPolicies } from './bars-policies.js';
import { describeEngine } from './describe-engine.js';

export interface Policies {
  /** Days after which a chunk of rows goes into the columnstore; 0 leaves all in the row store. */
  readonly compressAfterDays: number;
}

/** Few rows of many instruments: segments of one instrument each would hold next to nothing. */
const UNSEGMENTED: ReadonlySet<SchemaName> = new Set(['definition', 'status']);

/**
 * Gives the bars of trades their policy, and the hypertables their columnstore and its policy, or another one after
 * the setting has changed. What is compressed stays so. Does nothing where the database has no columnstore.
 * @returns the tables whose columnstore policy is another one now.
 */
export async function applyPolicies(
  client: ClientBase | Pool,
  { compressAfterDays }: Policies,
): Promise<string[]> {
  const { kind, edition } = await describeEngine(client);
  if (kind !== 'timescaledb' || edition !== 'community') return [];
  await applyBarsPolicies(client);
  const { rows } = await client.query<{ name: string; enabled: boolean; days: number | null }>(
    `SELECT h.hypertable_name AS name, h.compression_enabled AS enabled,
            (SELECT (extract(epoch FROM (j.config ->> 'compress_after')::interval) / 86400)::int
               FROM timescaledb_information.jobs j
              WHERE j.hypertable_name = h.hypertable_name AND j.config ? 'compress_after') AS days
       FROM timescaledb_information.hypertables h WHERE h.hypertable_schema = 'public'`,
  );
  const known = new Map(rows.map((row) => [row.name, row]));
  const changed: string[] = [];
  for (const schema of Object.values(SCHEMAS)) {
    const table = known.get(schema.table);
    if (!table) continue;
    const wanted = compressAfterDays === 0 ? null : compressAfterDays;
    if (!table.enabled && wanted !== null) await client.query(columnstoreDdl(schema));
    if (table.days === wanted) continue;
    changed.push(schema.table);
    if (table.days !== null) {
      await client.query('SELECT remove_compression_policy($1::regclass)', [schema.table]);
    }
    if (wanted !== null) {
      await client.query(
        'SELECT add_compression_policy($1::regclass, make_interval(days => $2::int))',
        [schema.table, wanted],
      );
    }
  }
  return changed;
}

/** How rows of a schema stand in the columnstore: by instrument, in order of time. */
function columnstoreDdl({ name, table, indexColumn }: SchemaDescription): string {
  const time = quoteIdentifier(indexColumn);
  const order = [time, quoteIdentifier(nanosecondsName(indexColumn)), quoteIdentifier(ORDINAL)];
  const [segment, orderBy] = UNSEGMENTED.has(name)
    ? ['', ['instrument_id', ...order]]
    : ['instrument_id', order];
  return `ALTER TABLE ${quoteIdentifier(table)} SET (timescaledb.compress,
    timescaledb.compress_segmentby = '${segment}', timescaledb.compress_orderby = '${orderBy.join(', ')}')`;
}
