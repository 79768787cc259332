/** What the planner and the writer save by themselves, as events tell it. */
import type { ChunkRequest, JobEventOf } from '@tapeline/contracts';
import type { DatasetDay } from '../planning/dataset-days.js';
import type { SymbologyInterval } from '../planning/symbology-store.js';
import type { Storage } from '../storage.js';

type Facts<Name extends 'resolved' | 'chunk_planned'> = Omit<
  JobEventOf<Name>,
  'event' | 'job_id' | 'at' | 'by'
>;

/** Rows of one event, so that it stays below the bus's payload limit. */
const INTERVALS = 5_000;
const DAYS = 3_000;
const CLAIMS = 4_000;
const EXCLUDED = 2_000;

/** What symbols mean and what is known of days, in parts; nothing if there is nothing to tell. */
export function* resolvedFacts(
  dataset: string,
  symbology: readonly SymbologyInterval[],
  days: readonly DatasetDay[] = [],
): Generator<Facts<'resolved'>> {
  const parts = Math.max(Math.ceil(symbology.length / INTERVALS), Math.ceil(days.length / DAYS));
  for (let part = 0; part < parts; part++) {
    yield {
      part,
      dataset,
      symbology: symbology
        .slice(part * INTERVALS, (part + 1) * INTERVALS)
        .map(({ stypeIn, symbol, instrumentId, d0, d1 }) => [
          stypeIn,
          symbol,
          instrumentId,
          d0,
          d1,
        ]),
      days: days
        .slice(part * DAYS, (part + 1) * DAYS)
        .map(({ date, condition, lastModifiedDate }) => [date, condition, lastModifiedDate]),
    };
  }
}

interface PlannedRow {
  readonly chunk_id: string;
  readonly request: ChunkRequest;
  readonly expected: string | null;
  readonly planned_at: string;
}

interface ClaimRow {
  readonly start: string;
  readonly end: string;
  readonly end_ties: string;
  readonly instruments: readonly string[];
}

/** The chunks that are a job's to fetch and of which nothing has been fetched, with their claims, in parts. */
export async function* readPlannedChunks(
  storage: Pick<Storage, 'pool'>,
  jobId: string,
): AsyncGenerator<Facts<'chunk_planned'>> {
  const { rows } = await storage.pool.query<PlannedRow>(
    `SELECT chunk_id, request, expected, to_json(planned_at) #>> '{}' AS planned_at
       FROM job_chunk JOIN chunk USING (chunk_id)
      WHERE job_id = $1 AND NOT shared AND state = 'planned' ORDER BY start_ns, chunk_id`,
    [jobId],
  );
  for (const row of rows) {
    const claims = await readClaims(storage, row.chunk_id);
    const { exclude } = row.request;
    const parts = Math.max(claims.length, Math.ceil(exclude.length / EXCLUDED), 1);
    for (let part = 0; part < parts; part++) {
      yield {
        chunk_id: row.chunk_id,
        part,
        request: { ...row.request, exclude: exclude.slice(part * EXCLUDED, (part + 1) * EXCLUDED) },
        expected: row.expected === null ? null : Number(row.expected),
        planned_at: row.planned_at,
        claims: (claims[part] ?? []).map(({ instruments, ...range }) => ({
          ...range,
          end_ties: Number(range.end_ties),
          instruments: instruments.map(Number),
        })),
      };
    }
  }
}

/** Claims of a chunk by range, in parts of {@link CLAIMS} at most. */
async function readClaims(storage: Pick<Storage, 'pool'>, chunkId: string): Promise<ClaimRow[][]> {
  const { rows } = await storage.pool.query<ClaimRow & { part: number }>(
    `SELECT part, start_ns AS start, end_ns AS "end", end_ties, array_agg(instrument_id ORDER BY instrument_id) AS instruments
       FROM (SELECT *, ((row_number() OVER (ORDER BY start_ns, end_ns, end_ties, instrument_id) - 1) / $2)::int AS part
               FROM coverage WHERE chunk_id = $1) claim
      GROUP BY part, start_ns, end_ns, end_ties ORDER BY part, start_ns, end_ns, end_ties`,
    [chunkId, CLAIMS],
  );
  const parts: ClaimRow[][] = [];
  for (const { part, ...claim } of rows) (parts[part] ??= []).push(claim);
  return parts;
}

/** When a chunk was completed, and what it took the place of. */
export type Completion = Required<Pick<JobEventOf<'chunk_complete'>, 'completed_at' | 'replaced'>>;

/** Reads the completion of a chunk; undefined if it is not complete. */
export async function readCompletion(
  storage: Pick<Storage, 'pool'>,
  chunkId: string,
): Promise<Completion | undefined> {
  const { rows } = await storage.pool.query<{ completed_at: string; replaced: string | null }>(
    `SELECT to_json(completed_at) #>> '{}' AS completed_at, replaced
       FROM chunk WHERE chunk_id = $1 AND state = 'complete'`,
    [chunkId],
  );
  const [row] = rows;
  return (
    row && {
      completed_at: row.completed_at,
      replaced: row.replaced === null ? null : Number(row.replaced),
    }
  );
}
