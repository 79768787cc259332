import type { ChunkRequest } from '@tapeline/contracts';
import { nanosecondsName, quoteIdentifier, SCHEMAS } from '@tapeline/records';
import type { SchemaName } from '@tapeline/records';
import type { PoolClient } from 'pg';
import { lessenReplays } from '../replay/end-replay.js';
import { microsecond } from '../microsecond.js';
import { EVERY_INSTRUMENT } from '../planning/coverage-claim.js';
import { stagingTable } from './staging.js';

/** A claim of the chunk at hand. */
interface Claim {
  readonly instrumentId: number;
  readonly start: bigint;
  readonly end: bigint;
  readonly endTies: number;
}

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
  const deleted = await deleteRows(client, request, claims, fetched);
  await moveIn(client, chunkId, request.schema as SchemaName);
  await giveUpClaims(client, chunkId);
  await supersedeQuarantine(client, chunkId);
  return deleted;
}

async function readClaims(client: PoolClient, chunkId: string): Promise<Claim[]> {
  const { rows } = await client.query<Record<string, string>>(
    'SELECT instrument_id, start_ns, end_ns, end_ties FROM coverage WHERE chunk_id = $1',
    [chunkId],
  );
  return rows.map((row) => ({
    instrumentId: Number(row['instrument_id']),
    start: BigInt(row['start_ns']!),
    end: BigInt(row['end_ns']!),
    endTies: Number(row['end_ties']),
  }));
}

async function deleteRows(
  client: PoolClient,
  request: ChunkRequest,
  claims: readonly Claim[],
  fetched: number,
): Promise<number> {
  const schema = SCHEMAS[request.schema as SchemaName];
  const time = `t.${quoteIdentifier(schema.indexColumn)}`;
  const rest = `t.${quoteIdentifier(nanosecondsName(schema.indexColumn))}`;
  // Records at a claim's very end were the last of their chunk; others at that time are another chunk's first.
  const firstTie = fetched - claims.reduce((sum, { endTies }) => sum + endTies, 0);
  let deleted = 0;
  const [every, single] = [
    claims.filter(({ instrumentId }) => instrumentId === EVERY_INSTRUMENT),
    claims.filter(({ instrumentId }) => instrumentId !== EVERY_INSTRUMENT),
  ];
  for (const own of [every, single]) {
    if (own.length === 0) continue;
    const parts = (pick: (claim: Claim) => bigint) => [
      own.map((claim) => microsecond(pick(claim))),
      own.map((claim) => Number(pick(claim) % 1000n)),
    ];
    const { rowCount } = await client.query(
      // The plain bounds are for the partitions; the pairs are exact to the nanosecond.
      `DELETE FROM ${quoteIdentifier(schema.table)} t
        USING unnest($2::bigint[], $3::timestamptz[], $4::smallint[], $5::timestamptz[], $6::smallint[], $7::boolean[])
              AS c (id, since, since_ns, until, until_ns, ties)
        WHERE t.dataset_id = (SELECT id FROM dataset WHERE code = $1)
          ${own === every ? '' : 'AND t.instrument_id = c.id'}
          AND ${time} >= $8::timestamptz AND ${time} <= $9::timestamptz
          AND ${time} >= c.since AND ${time} <= c.until AND (${time}, ${rest}) >= (c.since, c.since_ns)
          AND ((${time}, ${rest}) < (c.until, c.until_ns)
               OR (c.ties AND (${time}, ${rest}) = (c.until, c.until_ns) AND t.ordinal >= $10))`,
      [
        request.dataset,
        own.map(({ instrumentId }) => instrumentId),
        ...parts(({ start }) => start),
        ...parts(({ end }) => end),
        own.map(({ endTies }) => endTies > 0),
        microsecond(
          own.reduce((least, { start }) => (start < least ? start : least), own[0]!.start),
        ),
        microsecond(own.reduce((most, { end }) => (end > most ? end : most), own[0]!.end)),
        firstTie,
      ],
    );
    deleted += rowCount ?? 0;
  }
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
