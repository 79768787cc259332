import type { ChunkRequest, QuarantineFilter, ReplayCommand } from '@tapeline/contracts';
import type { PoolClient } from 'pg';
import type { Storage } from '../storage.js';
import { lockMarks } from '../quarantine/lock-marks.js';
import { quarantineConditions } from '../quarantine/quarantine-conditions.js';

/** A chunk of which records are to be tried again. */
export interface ReplayedChunk {
  readonly chunkId: string;
  /** The chunk whose bytes the archive has. */
  readonly archivedAs: string;
  readonly request: ChunkRequest;
  readonly fetched: number;
  /** The batches concerned, undefined for all. */
  readonly batchIds?: readonly string[];
}

export interface ReplayPlan {
  /** Records to be tried. */
  readonly selected: number;
  readonly chunks: readonly ReplayedChunk[];
}

/**
 * Begins a replay, or goes on with it: refused records that the filter means are marked as its own, so that
 * each belongs to one replay at a time.
 * @returns undefined if it has ended already.
 */
export function beginReplay(
  storage: Storage,
  replayId: string,
  command: ReplayCommand,
): Promise<ReplayPlan | undefined> {
  return storage.transaction(async (client) => {
    await lockMarks(client);
    await client.query(
      `INSERT INTO replay (replay_id, command, state) VALUES ($1, $2, 'running') ON CONFLICT DO NOTHING`,
      [replayId, JSON.stringify(command)],
    );
    const { rows } = await client.query<{ state: string }>(
      'SELECT state FROM replay WHERE replay_id = $1 FOR UPDATE',
      [replayId],
    );
    if (rows[0]?.state !== 'running') return undefined;
    const plan =
      command.source === 'quarantine'
        ? await markRecords(client, replayId, command.filter)
        : await wholeChunks(client, command.filter);
    await client.query('UPDATE replay SET selected = $2 WHERE replay_id = $1', [
      replayId,
      plan.selected,
    ]);
    return plan;
  });
}

interface ChunkRow {
  readonly chunk_id: string;
  readonly request: ChunkRequest;
  readonly fetched: string;
}

async function markRecords(
  client: PoolClient,
  replayId: string,
  filter: QuarantineFilter,
): Promise<ReplayPlan> {
  const { text, values } = quarantineConditions(filter, 2);
  // What another replay that is under way has marked stays its own.
  await client.query(
    `UPDATE quarantine q SET replay_id = $1
      WHERE q.state = 'open' AND ${text}
        AND NOT EXISTS (SELECT FROM replay r
                         WHERE r.replay_id = q.replay_id AND r.state = 'running' AND r.replay_id <> $1)`,
    [replayId, ...values],
  );
  // Marked in an earlier attempt and resolved since, they count all the same.
  const { rows } = await client.query<ChunkRow & { batch_ids: string[]; selected: string }>(
    `SELECT k.chunk_id, k.request, k.fetched, marked.batch_ids, marked.selected
       FROM (SELECT chunk_id, array_agg(DISTINCT batch_id) AS batch_ids, count(*) AS selected
               FROM quarantine WHERE replay_id = $1 AND state <> 'superseded' GROUP BY chunk_id) marked
       JOIN chunk k USING (chunk_id) ORDER BY k.start_ns, k.chunk_id`,
    [replayId],
  );
  return {
    selected: rows.reduce((sum, row) => sum + Number(row.selected), 0),
    chunks: rows.map((row) => ({ ...replayed(row), batchIds: row.batch_ids })),
  };
}

/** The chunks that hold now what the chunks named held first: those themselves, or their last replay. */
async function wholeChunks(client: PoolClient, filter: QuarantineFilter): Promise<ReplayPlan> {
  const { rows } = await client.query<ChunkRow>(
    `WITH named AS (
       SELECT coalesce(k.request ->> 'replays', k.chunk_id) AS archived
         FROM chunk k
        WHERE ($1::text IS NULL OR k.chunk_id IN (SELECT chunk_id FROM job_chunk WHERE job_id = $1))
          AND ($2::text IS NULL OR k.chunk_id = $2)
          AND ($3::text IS NULL OR k.dataset = $3) AND ($4::text IS NULL OR k.schema = $4))
     SELECT k.chunk_id, k.request, k.fetched FROM chunk k
      WHERE k.state IN ('complete', 'held_back') AND NOT k.given_up AND k.fetched > 0
        AND coalesce(k.request ->> 'replays', k.chunk_id) IN (SELECT archived FROM named)
      ORDER BY k.start_ns, k.chunk_id`,
    [filter.job_id, filter.chunk_id, filter.dataset, filter.schema],
  );
  return {
    selected: rows.reduce((sum, row) => sum + Number(row.fetched), 0),
    chunks: rows.map(replayed),
  };
}

const replayed = (row: ChunkRow): ReplayedChunk => ({
  chunkId: row.chunk_id,
  archivedAs: row.request.replays ?? row.chunk_id,
  request: row.request,
  fetched: Number(row.fetched),
});
