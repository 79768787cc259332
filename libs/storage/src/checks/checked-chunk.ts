import type { ChunkRequest } from '@tapeline/contracts';
import { SCHEMAS } from '@tapeline/records';
import type { SchemaDescription, SchemaName } from '@tapeline/records';
import type { PoolClient } from 'pg';

/** A range of an instrument's rows by index timestamp, in nanoseconds, `[start, end)`. */
export interface RowRange {
  /** Or EVERY_INSTRUMENT. */
  readonly instrumentId: number;
  readonly start: bigint;
  readonly end: bigint;
  /** Whether rows at exactly `end` belong to it too. */
  readonly hasTies: boolean;
}

/** A complete chunk as its checks see it. */
export interface CheckedChunk {
  readonly chunkId: string;
  readonly dataset: string;
  readonly datasetId: number;
  readonly schema: SchemaDescription;
  readonly start: bigint;
  readonly end: bigint;
  /** Records that the source said there are; null if it was not asked. */
  readonly expected: bigint | null;
  /** Records that came: those taken in, and those left out since they were held already. */
  readonly received: bigint | null;
  /** What it still holds: another chunk may have replaced some of it. */
  readonly claims: readonly RowRange[];
  /** Ordinal of the first record at the very end of its claims, where {@link RowRange.hasTies}. */
  readonly firstTie: bigint;
  /** Ranges within its claims that other chunks hold. */
  readonly excluded: readonly RowRange[];
}

interface ChunkRow {
  readonly dataset: string;
  readonly dataset_id: number | null;
  readonly schema: SchemaName;
  readonly state: string;
  readonly request: ChunkRequest;
  readonly start_ns: string;
  readonly end_ns: string;
  readonly expected: string | null;
  readonly fetched: string | null;
  readonly skipped: string;
}

/**
 * Reads a chunk with its claims.
 * @throws Error if there is no such chunk, or it is not complete: its rows may still be on their way.
 */
export async function readCheckedChunk(client: PoolClient, chunkId: string): Promise<CheckedChunk> {
  const { rows } = await client.query<ChunkRow>(
    `SELECT k.dataset, d.id AS dataset_id, k.schema, k.state, k.request, k.start_ns, k.end_ns, k.expected,
            k.fetched, k.skipped
       FROM chunk k LEFT JOIN dataset d ON d.code = k.dataset WHERE k.chunk_id = $1`,
    [chunkId],
  );
  const [row] = rows;
  if (!row) throw new Error(`there is no chunk '${chunkId}' to check`);
  if (row.state !== 'complete') {
    throw new Error(`chunk ${chunkId} is ${row.state}: only complete chunks can be checked`);
  }
  const { rows: claims } = await client.query<Record<string, string>>(
    'SELECT instrument_id, start_ns, end_ns, end_ties FROM coverage WHERE chunk_id = $1',
    [chunkId],
  );
  const ties = claims.reduce((sum, claim) => sum + BigInt(claim['end_ties']!), 0n);
  return {
    chunkId,
    dataset: row.dataset,
    datasetId: row.dataset_id ?? -1,
    schema: SCHEMAS[row.schema],
    start: BigInt(row.start_ns),
    end: BigInt(row.end_ns),
    expected: row.expected === null ? null : BigInt(row.expected),
    received: row.fetched === null ? null : BigInt(row.fetched) + BigInt(row.skipped),
    claims: claims.map((claim) => ({
      instrumentId: Number(claim['instrument_id']),
      start: BigInt(claim['start_ns']!),
      end: BigInt(claim['end_ns']!),
      hasTies: claim['end_ties'] !== '0',
    })),
    // As replaceHeld does: records at a claim's very end were the last of their chunk.
    firstTie: BigInt(row.fetched ?? 0) - ties,
    excluded: (row.request.exclude ?? []).map((range) => ({
      instrumentId: range.instrument_id,
      start: BigInt(range.start),
      end: BigInt(range.end),
      hasTies: range.end_ties > 0,
    })),
  };
}
