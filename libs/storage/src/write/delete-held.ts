import type { ChunkRequest } from '@tapeline/contracts';
import { nanosecondsName, quoteIdentifier, SCHEMAS } from '@tapeline/records';
import type { SchemaName } from '@tapeline/records';
import type { PoolClient } from 'pg';
import { microsecond } from '../microsecond.js';
import { EVERY_INSTRUMENT } from '../planning/coverage-claim.js';

/** A claim of the chunk at hand. */
export interface Claim {
  readonly instrumentId: number;
  readonly start: bigint;
  readonly end: bigint;
  readonly endTies: number;
}

/** The claims of a chunk as they stand. */
export async function readClaims(client: PoolClient, chunkId: string): Promise<Claim[]> {
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

/** Rows that no other chunk claims by their instrument. */
const HELD_BY_NO_OTHER = (time: string, rest: string): string => `AND NOT EXISTS (
  SELECT FROM coverage o
   WHERE o.dataset = $1 AND o.schema = $11 AND o.chunk_id <> $12 AND o.instrument_id = t.instrument_id
     AND (extract(epoch FROM ${time}) * 1000000)::bigint * 1000 + ${rest} BETWEEN o.start_ns AND o.end_ns - 1)`;

/**
 * Deletes the rows of a chunk's claims, in compressed chunks of TimescaleDB, too.
 * @param fetched records of the chunk.
 * @param chunkId the chunk, if what others claim of single instruments is to stay beside its claim of all of them.
 * @returns how many.
 */
export async function deleteHeld(
  client: PoolClient,
  request: Pick<ChunkRequest, 'dataset' | 'schema'>,
  claims: readonly Claim[],
  fetched: number,
  chunkId?: string,
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
  for (const group of [every, single]) {
    if (group.length === 0) continue;
    const parts = (pick: (claim: Claim) => bigint) => [
      group.map((claim) => microsecond(pick(claim))),
      group.map((claim) => Number(pick(claim) % 1000n)),
    ];
    const { rowCount } = await client.query(
      // The plain bounds are for the partitions; the pairs are exact to the nanosecond.
      `DELETE FROM ${quoteIdentifier(schema.table)} t
        USING unnest($2::bigint[], $3::timestamptz[], $4::smallint[], $5::timestamptz[], $6::smallint[], $7::boolean[])
              AS c (id, since, since_ns, until, until_ns, ties)
        WHERE t.dataset_id = (SELECT id FROM dataset WHERE code = $1)
          ${group === every ? '' : 'AND t.instrument_id = c.id'}
          AND ${time} >= $8::timestamptz AND ${time} <= $9::timestamptz
          AND ${time} >= c.since AND ${time} <= c.until AND (${time}, ${rest}) >= (c.since, c.since_ns)
          AND ((${time}, ${rest}) < (c.until, c.until_ns)
               OR (c.ties AND (${time}, ${rest}) = (c.until, c.until_ns) AND t.ordinal >= $10))
          ${chunkId === undefined ? '' : HELD_BY_NO_OTHER(time, rest)}`,
      [
        request.dataset,
        group.map(({ instrumentId }) => instrumentId),
        ...parts(({ start }) => start),
        ...parts(({ end }) => end),
        group.map(({ endTies }) => endTies > 0),
        microsecond(
          group.reduce((least, { start }) => (start < least ? start : least), group[0]!.start),
        ),
        microsecond(group.reduce((most, { end }) => (end > most ? end : most), group[0]!.end)),
        firstTie,
        ...(chunkId === undefined ? [] : [request.schema, chunkId]),
      ],
    );
    deleted += rowCount ?? 0;
  }
  return deleted;
}
