import type { ChunkRequest } from '@tapeline/contracts';
import { columnList, nanosecondsName, quoteIdentifier, SCHEMAS } from '@tapeline/records';
import type { SchemaName } from '@tapeline/records';
import type { PoolClient } from 'pg';
import { microsecond } from '../microsecond.js';
import { EVERY_INSTRUMENT } from '../planning/coverage-claim.js';
import { stagingTable } from './staging.js';

/** What a chunk replaces: its range, for some instruments or (null) for all. */
interface Replaced {
  readonly chunkId: string;
  readonly request: ChunkRequest;
  readonly instruments: readonly number[] | null;
}

/**
 * Puts a chunk's waiting records in the place of what is held of its instruments and range, with the claims on
 * it and what is in quarantine of it. To be called in the transaction that completes the chunk, so that a
 * reader sees the old rows or the new ones. Holds on compressed chunks of TimescaleDB, too.
 * @returns how many rows were replaced.
 */
export async function replaceHeld(
  client: PoolClient,
  chunkId: string,
  request: ChunkRequest,
): Promise<number> {
  const { rows } = await client.query<{ instrument_id: string }>(
    'SELECT DISTINCT instrument_id FROM coverage WHERE chunk_id = $1',
    [chunkId],
  );
  const ids = rows.map((row) => Number(row.instrument_id));
  const instruments = ids.includes(EVERY_INSTRUMENT) ? null : ids;
  const replaced = { chunkId, request, instruments };
  const deleted = await exchangeRows(client, replaced);
  await giveUpClaims(client, replaced);
  await supersedeQuarantine(client, replaced);
  return deleted;
}

async function exchangeRows(client: PoolClient, replaced: Replaced): Promise<number> {
  const { chunkId, request, instruments } = replaced;
  const schema = SCHEMAS[request.schema as SchemaName];
  const table = quoteIdentifier(schema.table);
  const time = quoteIdentifier(schema.indexColumn);
  const rest = quoteIdentifier(nanosecondsName(schema.indexColumn));
  const [start, end] = [BigInt(request.start), BigInt(request.end)];
  const { rowCount } = await client.query(
    // The plain bounds are for the index and the partitions; the pairs are exact to the nanosecond.
    `DELETE FROM ${table}
      WHERE dataset_id = (SELECT id FROM dataset WHERE code = $1)
        AND ($2::bigint[] IS NULL OR instrument_id = ANY($2))
        AND ${time} >= $3::timestamptz AND ${time} <= $5::timestamptz
        AND (${time}, ${rest}) >= ($3::timestamptz, $4::smallint)
        AND (${time}, ${rest}) < ($5::timestamptz, $6::smallint)`,
    [
      request.dataset,
      instruments,
      microsecond(start),
      Number(start % 1000n),
      microsecond(end),
      Number(end % 1000n),
    ],
  );
  const waiting = stagingTable(chunkId);
  const columns = columnList(schema);
  await client.query(`INSERT INTO ${table} (${columns}) SELECT ${columns} FROM ${waiting}`);
  await client.query(`DROP TABLE ${waiting}`);
  return rowCount ?? 0;
}

/** Other chunks' claims end where this one's begin, and begin where it ends. */
async function giveUpClaims(client: PoolClient, replaced: Replaced): Promise<void> {
  const { chunkId, request, instruments } = replaced;
  const others = `chunk_id <> $1 AND dataset = $2 AND schema = $3
    AND ($4::bigint[] IS NULL OR instrument_id = ANY($4))`;
  const values = [chunkId, request.dataset, request.schema, instruments];
  const { start, end } = request;
  await client.query(
    `INSERT INTO coverage (dataset, schema, instrument_id, start_ns, chunk_id, end_ns, end_ties)
     SELECT dataset, schema, instrument_id, $5, chunk_id, end_ns, end_ties FROM coverage
      WHERE ${others} AND start_ns < $5 AND (end_ns > $5 OR (end_ns = $5 AND end_ties > 0))`,
    [...values, end],
  );
  await client.query(
    `UPDATE coverage SET end_ns = $5, end_ties = 0
      WHERE ${others} AND start_ns < $5 AND (end_ns > $5 OR (end_ns = $5 AND end_ties > 0))`,
    [...values, start],
  );
  await client.query(`DELETE FROM coverage WHERE ${others} AND start_ns >= $5 AND start_ns < $6`, [
    ...values,
    start,
    end,
  ]);
}

async function supersedeQuarantine(client: PoolClient, replaced: Replaced): Promise<void> {
  const { chunkId, request, instruments } = replaced;
  // A record without a time, or with one outside its chunk, counts at the nearest time of the chunk.
  await client.query(
    `UPDATE quarantine q SET state = 'superseded' FROM chunk k
      WHERE k.chunk_id = q.chunk_id AND q.state = 'open' AND q.chunk_id <> $1
        AND q.dataset = $2 AND q.schema = $3 AND ($4::bigint[] IS NULL OR q.instrument_id = ANY($4))
        AND greatest(least(coalesce(q.ts_ns, 0), k.end_ns - 1), k.start_ns) >= $5
        AND greatest(least(coalesce(q.ts_ns, 0), k.end_ns - 1), k.start_ns) < $6`,
    [chunkId, request.dataset, request.schema, instruments, request.start, request.end],
  );
}
