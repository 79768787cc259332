import type { ChunkRequest } from '@tapeline/contracts';
import type { PoolClient } from 'pg';
import { EVERY_INSTRUMENT } from '../planning/coverage-claim.js';
import type { Storage } from '../storage.js';
import { deleteHeld, readClaims } from '../write/delete-held.js';

/** A chunk whose records are deleted. */
export interface ExpiredChunk {
  readonly chunkId: string;
  /** A job that the chunk is told under. */
  readonly jobId: string;
  readonly rows: number;
}

/** Claims `o` of other chunks on what a claim `n` of chunk `k` is about. */
const OF_OTHERS = `n.chunk_id = k.chunk_id AND o.chunk_id <> k.chunk_id AND o.dataset = n.dataset AND o.schema = n.schema`;

/**
 * What may be deleted: chunks that were completed so many days ago and hold anything still. Not those of which a
 * replay is under way; nor one of single instruments while a chunk of all of them claims the same time: its claim
 * would say then that these are held; nor one that stopped at its limit amid records of one time, or goes on there:
 * the rows do not tell which of the two they came with.
 */
const EXPIRABLE = `k.state = 'complete' AND k.completed_at < now() - make_interval(secs => $1::float8 * 86400)
  AND EXISTS (SELECT FROM coverage WHERE chunk_id = k.chunk_id)
  AND NOT EXISTS (SELECT FROM quarantine q JOIN replay r USING (replay_id)
                   WHERE q.chunk_id = k.chunk_id AND r.state = 'running')
  AND NOT EXISTS (SELECT FROM coverage n, coverage o
                   WHERE ${OF_OTHERS} AND n.instrument_id <> ${EVERY_INSTRUMENT} AND o.instrument_id = ${EVERY_INSTRUMENT}
                     AND o.start_ns < n.end_ns AND o.end_ns > n.start_ns)
  AND NOT EXISTS (SELECT FROM coverage WHERE chunk_id = k.chunk_id AND end_ties > 0)
  AND NOT EXISTS (SELECT FROM coverage n, coverage o
                   WHERE ${OF_OTHERS} AND o.end_ties > 0 AND o.end_ns BETWEEN n.start_ns AND n.end_ns
                     AND n.instrument_id IN (o.instrument_id, ${EVERY_INSTRUMENT}))`;

/**
 * Deletes the records of chunks that were stored so many days ago, whatever their own age, the oldest first and each
 * in a transaction of its own, with what they claim to hold. Sums of jobs go by the ledger and stay as they are; the
 * archive keeps its bytes.
 * @param days since the chunk was completed; above 0, not necessarily whole.
 * @param tell appends the fact to the events. It comes before the commit: of a crash in between the next run makes up.
 */
export async function* expireChunks(
  storage: Storage,
  days: number,
  tell: (expired: ExpiredChunk) => Promise<void>,
): AsyncGenerator<ExpiredChunk> {
  if (days <= 0) throw new RangeError('days must be above 0');
  for (;;) {
    const expired = await storage.transaction((client) => expireOldest(client, days, tell));
    if (!expired) return;
    yield expired;
  }
}

async function expireOldest(
  client: PoolClient,
  days: number,
  tell: (expired: ExpiredChunk) => Promise<void>,
): Promise<ExpiredChunk | undefined> {
  const { rows } = await client.query<{
    chunk_id: string;
    job_id: string;
    request: ChunkRequest;
    fetched: string;
  }>(
    `SELECT k.chunk_id, k.request, coalesce(k.fetched, 0) AS fetched,
            coalesce((SELECT min(job_id) FROM job_chunk j WHERE j.chunk_id = k.chunk_id AND NOT shared),
                     (SELECT min(job_id) FROM job_chunk j WHERE j.chunk_id = k.chunk_id), k.chunk_id) AS job_id
       FROM chunk k WHERE ${EXPIRABLE} ORDER BY k.completed_at, k.chunk_id LIMIT 1
        FOR UPDATE OF k SKIP LOCKED`,
    [days],
  );
  const [chunk] = rows;
  if (!chunk) return undefined;
  const { chunk_id: chunkId, job_id: jobId, request } = chunk;
  const claims = await readClaims(client, chunkId);
  const deleted = await deleteHeld(client, request, claims, Number(chunk.fetched), chunkId);
  await client.query(
    `UPDATE quarantine SET state = 'superseded', resolved_at = now() WHERE chunk_id = $1 AND state = 'open'`,
    [chunkId],
  );
  await giveUpAll(client, chunkId);
  const expired = { chunkId, jobId, rows: deleted };
  await tell(expired);
  return expired;
}

/** The chunk holds nothing any more. */
export async function giveUpAll(client: PoolClient, chunkId: string): Promise<void> {
  await client.query('UPDATE chunk SET given_up = true WHERE chunk_id = $1', [chunkId]);
  await client.query('DELETE FROM coverage WHERE chunk_id = $1', [chunkId]);
}
