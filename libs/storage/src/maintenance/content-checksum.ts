import { quoteIdentifier } from '@tapeline/records';
import type { ClientBase, Pool } from 'pg';
import { tableKey } from './held-tables.js';
import type { HeldTable } from './held-tables.js';

/** What a table holds, whatever the order of its rows. */
export interface ContentChecksum {
  readonly rows: bigint;
  /** Sum of the rows' 64-bit digests in decimal, so that two equal rows count twice. */
  readonly checksum: string;
}

/** The same of the rows of one instrument. */
export interface InstrumentChecksum extends ContentChecksum {
  readonly dataset: string;
  readonly instrumentId: bigint;
}

export interface ChecksumOptions {
  /** Columns that do not count, such as those that say when a row was written. */
  readonly without?: readonly string[];
}

interface SumRow {
  readonly rows: string;
  readonly checksum: string;
}

/**
 * Checksum of a table's content. Physical order, partitions, compression, the order of columns, settings of
 * the session and PostgreSQL's version do not matter. A market table's `dataset_id` counts as its code, since
 * the number differs from database to database. Reads the whole table, about 0.7 million rows a second.
 */
export async function contentChecksum(
  client: ClientBase | Pool,
  table: HeldTable,
  options: ChecksumOptions = {},
): Promise<ContentChecksum> {
  const { rows } = await client.query<SumRow>(
    `SELECT ${sums(table, options)} FROM ${sourceOf(table)}`,
  );
  return read(rows[0]!);
}

/** The checksum of a market table for each dataset and instrument that it has rows of, ordered by these. */
export async function instrumentChecksums(
  client: ClientBase | Pool,
  table: HeldTable,
  options: ChecksumOptions = {},
): Promise<InstrumentChecksum[]> {
  if (!isMarket(table)) throw new Error(`${tableKey(table)} has no dataset_id and instrument_id`);
  const { rows } = await client.query<SumRow & { dataset: string; id: string }>(
    `SELECT d.code AS dataset, t.instrument_id AS id, ${sums(table, options)}
       FROM ${sourceOf(table)} GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  return rows.map((row) => ({ dataset: row.dataset, instrumentId: BigInt(row.id), ...read(row) }));
}

const hasColumn = ({ columns }: HeldTable, name: string): boolean =>
  columns.some((column) => column.name === name);

const isMarket = (table: HeldTable): boolean =>
  hasColumn(table, 'dataset_id') && hasColumn(table, 'instrument_id');

/**
 * The binary form of a row depends on no setting and is the one of the wire, which stays the same from
 * version to version; PostgreSQL's own hash functions promise that to nobody.
 */
function sums(table: HeldTable, { without = [] }: ChecksumOptions): string {
  const left = table.columns.filter(({ name }) => !without.includes(name));
  const names = left.map(({ name }) => name).toSorted();
  const values = names.map((name) =>
    name === 'dataset_id' ? 'd.code' : `t.${quoteIdentifier(name)}`,
  );
  const digest = `sha256(record_send(ROW(${values.join(', ')})))`;
  const number = `('x' || encode(substr(${digest}, 1, 8), 'hex'))::bit(64)::bigint`;
  return `count(*)::text AS rows, coalesce(sum(${number}), 0)::text AS checksum`;
}

function sourceOf(table: HeldTable): string {
  const name = `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)} t`;
  return hasColumn(table, 'dataset_id')
    ? `${name} LEFT JOIN dataset d ON d.id = t.dataset_id`
    : name;
}

const read = ({ rows, checksum }: SumRow): ContentChecksum => ({ rows: BigInt(rows), checksum });
