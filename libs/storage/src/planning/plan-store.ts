/**
 * Plans of jobs: which chunks a job needs and which instrument ranges those chunks claim. Planning runs
 * under a lock for its dataset and schema, so two jobs never claim the same range twice.
 */
import type { ChunkRequest, IngestCommand, ReplayCommand } from '@tapeline/contracts';
import type { PoolClient } from 'pg';
import type { JobQuote } from '../spend/approval.js';
import type { Storage } from '../storage.js';
import { createStaging } from '../write/staging.js';
import { BOUGHT } from './bought.js';
import { EVERY_INSTRUMENT } from './coverage-claim.js';
import type { CoverageClaim } from './coverage-claim.js';
import { saveDatasetDays } from './dataset-days.js';
import type { DatasetDay } from './dataset-days.js';
import { saveSymbology } from './symbology-store.js';
import type { SymbologyInterval } from './symbology-store.js';

export interface ChunkToSave {
  readonly chunkId: string;
  readonly request: ChunkRequest;
  readonly claims: readonly {
    readonly instrumentId: number;
    readonly start: bigint;
    readonly end: bigint;
    readonly endTies?: number;
  }[];
  /** Records that the source says it has, or null if it was not asked. */
  readonly expected: number | null;
}

/** The tables as a planner sees them, inside its transaction. */
export class PlanTransaction {
  constructor(private readonly client: PoolClient) {}

  /**
   * Claims that overlap `[start, end)`, or end at `start`.
   * @param instruments ids, or EVERY_INSTRUMENT among them for all.
   */
  async readCoverage(
    dataset: string,
    schema: string,
    instruments: readonly number[],
    range: { start: bigint; end: bigint },
  ): Promise<CoverageClaim[]> {
    const every = instruments.includes(EVERY_INSTRUMENT);
    const { rows } = await this.client.query<CoverageRow>(
      `SELECT c.instrument_id, c.start_ns, c.end_ns, c.end_ties, c.chunk_id, k.state,
              k.request ? 'replaces' AS is_replacement, ${BOUGHT}::text AS bought,
              (k.request ? 'limit' OR k.request ->> 'source' = 'file') AS may_stop_early
         FROM coverage c JOIN chunk k USING (chunk_id)
        WHERE c.dataset = $1 AND c.schema = $2
          AND ($3 OR c.instrument_id = $4 OR c.instrument_id = ANY($5::bigint[]))
          AND c.start_ns < $6 AND c.end_ns >= $7`,
      [dataset, schema, every, EVERY_INSTRUMENT, instruments, range.end, range.start],
    );
    return rows.map((row) => ({
      instrumentId: Number(row.instrument_id),
      start: BigInt(row.start_ns),
      end: BigInt(row.end_ns),
      endTies: Number(row.end_ties),
      chunkId: row.chunk_id,
      chunkState: row.state,
      isReplacement: row.is_replacement,
      bought: row.bought,
      mayStopEarly: row.may_stop_early,
    }));
  }

  /**
   * Writes a job, its new chunks with their claims, and the chunks of others that it waits for. A chunk
   * that is known keeps the claims that it has: it may be complete, and is not fetched for more.
   */
  async savePlan(
    job: {
      jobId: string;
      command: IngestCommand | ReplayCommand;
      dataset: string;
      schema: string;
      quote?: JobQuote | null;
    },
    chunks: readonly ChunkToSave[],
    shared: readonly string[],
  ): Promise<void> {
    const { client } = this;
    await client.query(
      `INSERT INTO job (job_id, command, dataset, schema, quote, state, accepted_at)
            VALUES ($1, $2, $3, $4, $5, 'accepted', now())
       ON CONFLICT (job_id) DO UPDATE SET dataset = excluded.dataset, schema = excluded.schema,
                                          quote = coalesce(excluded.quote, job.quote)`,
      [
        job.jobId,
        job.command,
        job.dataset,
        job.schema,
        job.quote ? JSON.stringify(job.quote) : null,
      ],
    );
    for (const chunk of chunks) {
      const { request } = chunk;
      const { rowCount: isNew } = await client.query(
        `INSERT INTO chunk (chunk_id, dataset, schema, request, start_ns, end_ns, state, expected, planned_at)
              VALUES ($1, $2, $3, $4, $5, $6, 'planned', $7, now())
         ON CONFLICT (chunk_id) DO NOTHING`,
        [
          chunk.chunkId,
          request.dataset,
          request.schema,
          request,
          request.start,
          request.end,
          chunk.expected,
        ],
      );
      if (!isNew) continue;
      if (request.replaces !== undefined)
        await createStaging(client, chunk.chunkId, request.schema);
      await client.query(
        `INSERT INTO coverage (dataset, schema, chunk_id, instrument_id, start_ns, end_ns, end_ties)
         SELECT $1, $2, $3, claim.*
           FROM unnest($4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[]) AS claim
         ON CONFLICT DO NOTHING`,
        [
          request.dataset,
          request.schema,
          chunk.chunkId,
          chunk.claims.map((claim) => claim.instrumentId),
          chunk.claims.map((claim) => claim.start),
          chunk.claims.map((claim) => claim.end),
          chunk.claims.map((claim) => claim.endTies ?? 0),
        ],
      );
    }
    const links = [
      ...chunks.map(({ chunkId }) => ({ chunkId, isShared: false })),
      ...shared.map((chunkId) => ({ chunkId, isShared: true })),
    ];
    for (const { chunkId, isShared } of links) {
      await client.query(
        `INSERT INTO job_chunk (job_id, chunk_id, shared) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
        [job.jobId, chunkId, isShared],
      );
    }
  }

  /** Those of the chunks that are complete and hold nothing any more: their ids are used up. */
  async readExpired(chunkIds: readonly string[]): Promise<ReadonlySet<string>> {
    const { rows } = await this.client.query<{ chunk_id: string }>(
      `SELECT chunk_id FROM chunk k WHERE chunk_id = ANY($1) AND state = 'complete' AND given_up
          AND NOT EXISTS (SELECT FROM coverage c WHERE c.chunk_id = k.chunk_id)`,
      [chunkIds],
    );
    return new Set(rows.map((row) => row.chunk_id));
  }

  /** The claims of a chunk as they stand. */
  async readClaims(chunkId: string): Promise<ChunkToSave['claims']> {
    const { rows } = await this.client.query<CoverageRow>(
      'SELECT instrument_id, start_ns, end_ns, end_ties FROM coverage WHERE chunk_id = $1',
      [chunkId],
    );
    return rows.map((row) => ({
      instrumentId: Number(row.instrument_id),
      start: BigInt(row.start_ns),
      end: BigInt(row.end_ns),
      endTies: Number(row.end_ties),
    }));
  }

  /** Those of the chunks that failed: whoever needs them next fetches them, and pays for them. */
  async readFailed(
    chunkIds: readonly string[],
  ): Promise<{ readonly chunkId: string; readonly request: ChunkRequest }[]> {
    const { rows } = await this.client.query<{ chunk_id: string; request: ChunkRequest }>(
      "SELECT chunk_id, request FROM chunk WHERE chunk_id = ANY($1) AND state = 'failed' ORDER BY start_ns",
      [chunkIds],
    );
    return rows.map((row) => ({ chunkId: row.chunk_id, request: row.request }));
  }

  /** Keeps what Databento says of the dataset's days. */
  async saveDays(dataset: string, days: readonly DatasetDay[]): Promise<void> {
    await saveDatasetDays(this.client, dataset, days);
  }

  /** Keeps how the job's symbols resolved. */
  async saveSymbology(dataset: string, intervals: readonly SymbologyInterval[]): Promise<void> {
    await saveSymbology(this.client, dataset, intervals);
  }
}

interface CoverageRow {
  instrument_id: string;
  start_ns: string;
  end_ns: string;
  end_ties: string;
  chunk_id: string;
  state: CoverageClaim['chunkState'];
  is_replacement: boolean;
  bought: string | null;
  may_stop_early: boolean;
}

/** Runs `plan` in one transaction, alone among the planners of its dataset and schema. */
export async function withPlanLock<Result>(
  storage: Storage,
  dataset: string,
  schema: string,
  plan: (transaction: PlanTransaction) => Promise<Result>,
): Promise<Result> {
  return storage.transaction(async (client) => {
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `plan ${dataset} ${schema}`,
    ]);
    return plan(new PlanTransaction(client));
  });
}
