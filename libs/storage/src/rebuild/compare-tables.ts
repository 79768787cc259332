import type { PoolClient } from 'pg';
import type { ProjectionTable } from './projection-tables.js';

/** How the present rows of a table compare with the rebuilt ones. */
export interface TableReport {
  readonly table: string;
  /** Rows, or symbols of the symbology. */
  readonly present: number;
  readonly rebuilt: number;
  /** Rebuilt and not there. */
  readonly missing: number;
  /** There and not rebuilt. */
  readonly extra: number;
  readonly different: number;
  /** The first of them by key; null without a difference. */
  readonly example: Difference | null;
}

export interface Difference {
  readonly key: readonly string[];
  readonly kind: 'missing' | 'extra' | 'different';
  /** Columns that differ, all of them where one side has no row. */
  readonly present: Readonly<Record<string, unknown>> | null;
  readonly rebuilt: Readonly<Record<string, unknown>> | null;
}

const differences = (name: string): string => `"differing_${name}"`;

/** Compares a present table with its shadow, and keeps the keys that differ for {@link swapTable}. */
export async function compareTable(
  client: PoolClient,
  present: string,
  { name, keys, rowsOf }: ProjectionTable,
): Promise<TableReport> {
  const key = keys.join(', ');
  const { rows: sides } = await client.query<{ present: string; rebuilt: string }>(
    `SELECT (SELECT count(*) FROM (${rowsOf(`${present}."${name}"`)}) p) AS present,
            (SELECT count(*) FROM (${rowsOf(`pg_temp."${name}"`)}) r) AS rebuilt`,
  );
  await client.query(
    `CREATE TEMP TABLE ${differences(name)} ON COMMIT DROP AS
     SELECT ${key}, p.body AS present, r.body AS rebuilt,
            CASE WHEN p.body IS NULL THEN 'missing' WHEN r.body IS NULL THEN 'extra' ELSE 'different' END AS kind
       FROM (${rowsOf(`${present}."${name}"`)}) p
       FULL JOIN (${rowsOf(`pg_temp."${name}"`)}) r USING (${key})
      WHERE p.body IS DISTINCT FROM r.body`,
  );
  const { rows: kinds } = await client.query<{ kind: Difference['kind']; count: string }>(
    `SELECT kind, count(*) FROM ${differences(name)} GROUP BY kind`,
  );
  const count = (kind: Difference['kind']): number =>
    Number(kinds.find((row) => row.kind === kind)?.count ?? 0);
  const { rows: examples } = await client.query<Difference>(
    `SELECT ARRAY[${keys.map((column) => `${column}::text`).join(', ')}] AS key, kind, present, rebuilt
       FROM ${differences(name)} ORDER BY ${key} LIMIT 1`,
  );
  return {
    table: name,
    present: Number(sides[0]!.present),
    rebuilt: Number(sides[0]!.rebuilt),
    missing: count('missing'),
    extra: count('extra'),
    different: count('different'),
    example: examples[0] ? onlyDiffering(examples[0]) : null,
  };
}

function onlyDiffering(difference: Difference): Difference {
  const { present, rebuilt } = difference;
  if (present === null || rebuilt === null) return difference;
  const columns = Object.keys({ ...present, ...rebuilt }).filter(
    (column) => JSON.stringify(present[column]) !== JSON.stringify(rebuilt[column]),
  );
  const pick = (row: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(columns.map((column) => [column, row[column]]));
  return { ...difference, present: pick(present), rebuilt: pick(rebuilt) };
}

/** Puts the rebuilt rows in the place of the present ones, where they differ; the others stay untouched. */
export async function swapTable(
  client: PoolClient,
  present: string,
  { name, keys }: ProjectionTable,
): Promise<void> {
  const same = keys.map((column) => `t.${column} = d.${column}`).join(' AND ');
  await client.query(
    `DELETE FROM ${present}."${name}" t USING ${differences(name)} d WHERE ${same}`,
  );
  await client.query(
    `INSERT INTO ${present}."${name}"
     SELECT t.* FROM pg_temp."${name}" t
      WHERE EXISTS (SELECT FROM ${differences(name)} d WHERE ${same})`,
  );
}
