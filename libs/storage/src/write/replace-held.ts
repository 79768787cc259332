import type { ChunkRequest } from '@tapeline/contracts';
import { quoteIdentifier, SCHEMAS } from '@tapeline/records';
import type { SchemaName } from '@tapeline/records';
import type { PoolClient } from 'pg';
import { lessenReplays } from '../replay/end-replay.js';
import { EVERY_INSTRUMENT } from '../planning/coverage-claim.js';
import { deleteHeld, readClaims } from './delete-held.js';
import { stagingTable } from './staging.js';

/**
 * Puts a chunk's waiting records in the place of what is held of its claims, with the claims on it and what is
 * in quarantine of it. To be called in the transaction that completes the chunk, so that a reader sees the old
 * rows or the new ones. Holds on compressed chunks of TimescaleDB, too.
 * @param fetched records of the chunk.
 * @returns how many rows were replaced.
 */
export async function replaceHeld(
  client: PoolClient,
  chunkId: string,
  request: ChunkRequest,
  fetched: number,
): Promise<number> {
  const claims = await readClaims(client, chunkId);
  const deleted = await deleteHeld(client, request, claims, fetched);
  await moveIn(client, chunkId, request.schema as SchemaName);
  await giveUpClaims(client, chunkId);
  await supersedeQuarantine(client, chunkId);
  return deleted;
}

async function moveIn(client: PoolClient, chunkId: string, name: SchemaName): Promise<void> {
  const waiting = stagingTable(chunkId);
  const { rows } = await client.query<{ columns: string }>(
    `SELECT string_agg(quote_ident(attname), ', ') AS columns FROM pg_attribute
      WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`,
    [waiting],
  );
  const { columns } = rows[0]!;
  await client.query(
    `INSERT INTO ${quoteIdentifier(SCHEMAS[name].table)} (${columns}) SELECT ${columns} FROM ${waiting}`,
  );
  await client.query(`DROP TABLE ${waiting}`);
}

/** Claims `o` of other chunks that hold something, with those of the chunk at hand, `n`, on the same instruments. */
const OVERLAP = `o.chunk_id <> n.chunk_id AND n.chunk_id = $1 AND o.dataset = n.dataset AND o.schema = n.schema
  AND (o.instrument_id = n.instrument_id OR n.instrument_id = ${EVERY_INSTRUMENT})
  AND EXISTS (SELECT FROM chunk k WHERE k.chunk_id = o.chunk_id AND k.state IN ('complete', 'held_back'))`;

/** Other chunks' claims end where this one's begin, and begin where it ends. */
export async function giveUpClaims(client: PoolClient, chunkId: string): Promise<void> {
  await client.query(
    `UPDATE chunk SET given_up = true WHERE chunk_id IN (
       SELECT o.chunk_id FROM coverage o, coverage n
        WHERE ${OVERLAP} AND o.start_ns <= n.end_ns AND o.end_ns >= n.start_ns
          AND (o.start_ns < n.end_ns OR n.end_ties > 0) AND (o.end_ns > n.start_ns OR o.end_ties > 0))`,
    [chunkId],
  );
  await client.query(
    `INSERT INTO coverage (dataset, schema, instrument_id, start_ns, chunk_id, end_ns, end_ties)
     SELECT o.dataset, o.schema, o.instrument_id, n.end_ns, o.chunk_id, o.end_ns, o.end_ties
       FROM coverage o, coverage n
      WHERE ${OVERLAP} AND o.start_ns < n.end_ns
        AND (o.end_ns > n.end_ns OR (o.end_ns = n.end_ns AND o.end_ties > n.end_ties))`,
    [chunkId],
  );
  await client.query(
    `UPDATE coverage o SET end_ns = n.start_ns, end_ties = 0 FROM coverage n
      WHERE ${OVERLAP} AND n.start_ns < n.end_ns AND o.start_ns < n.start_ns
        AND (o.end_ns > n.start_ns OR (o.end_ns = n.start_ns AND o.end_ties > 0))`,
    [chunkId],
  );
  await client.query(
    `DELETE FROM coverage o USING coverage n
      WHERE ${OVERLAP} AND o.start_ns >= n.start_ns
        AND (o.start_ns < n.end_ns
             OR (o.start_ns = n.end_ns AND o.end_ns = n.end_ns AND n.end_ties > 0))`,
    [chunkId],
  );
}

async function supersedeQuarantine(client: PoolClient, chunkId: string): Promise<void> {
  // A record without a time, or with one outside its chunk, counts at the nearest time of the chunk.
  const { rows } = await client.query<{ replay_id: string | null }>(
    `UPDATE quarantine q SET state = 'superseded', resolved_at = now()
       FROM chunk k, coverage n
      WHERE k.chunk_id = q.chunk_id AND q.state = 'open' AND q.chunk_id <> $1 AND n.chunk_id = $1
        AND q.dataset = n.dataset AND q.schema = n.schema
        AND (q.instrument_id = n.instrument_id OR n.instrument_id = ${EVERY_INSTRUMENT})
        AND greatest(least(coalesce(q.ts_ns, 0), k.end_ns - 1), k.start_ns) >= n.start_ns
        AND greatest(least(coalesce(q.ts_ns, 0), k.end_ns - 1), k.start_ns) < n.end_ns
      RETURNING q.replay_id`,
    [chunkId],
  );
  await lessenReplays(
    client,
    rows.flatMap(({ replay_id: replayId }) => replayId ?? []),
  );
}
