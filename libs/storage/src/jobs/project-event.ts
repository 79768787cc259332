import type { JobEvent, JobEventOf } from '@tapeline/contracts';
import type { PoolClient } from 'pg';
import type { Storage } from '../storage.js';
import { failWaiting } from './fail-waiting.js';
import { projectApproval } from './project-approval.js';
import { projectCancel } from './project-cancel.js';
import { projectSpend } from './project-spend.js';
import { storableJson, storableText } from './storable.js';

/** Folds an event into the tables of jobs and chunks. The same event twice changes nothing. */
export async function projectEvent(storage: Storage, event: JobEvent): Promise<void> {
  await storage.transaction((client) => foldEvent(client, event));
}

/** The same on a connection, in the transaction that is under way there. */
export async function foldEvent(client: PoolClient, event: JobEvent): Promise<void> {
  switch (event.event) {
    case 'accepted':
      return accepted(client, event);
    case 'rejected':
      return rejected(client, event);
    case 'planned':
      return planned(client, event);
    case 'quoted':
    case 'awaiting_approval':
    case 'approved':
    case 'refused':
      return projectApproval(client, event);
    case 'cancel_requested':
    case 'cancelled':
      return projectCancel(client, event);
    case 'received':
      return projectSpend(client, event);
    case 'chunk_fetched':
      return chunkFetched(client, event);
    // Saved before or after they are told of, by the planner and by whoever completes or deletes a chunk; see ../rebuild.
    case 'resolved':
    case 'chunk_planned':
    case 'chunk_complete':
    case 'chunk_expired':
      return undefined;
    case 'completed':
      return completed(client, event);
    case 'failed':
      return failed(client, event);
  }
}

/** Whether a job has ended without success before the event at hand: then it is tried again. */
const TRIED_AGAIN = `(job.state IN ('failed', 'rejected', 'cancelled') AND job.ended_at < excluded.accepted_at)`;

/** Events of one job come in order unless several writers run; an earlier one then adds what is missing. */
async function accepted(client: PoolClient, event: JobEventOf<'accepted'>): Promise<void> {
  const { dataset, schema } = event.command as { dataset?: string; schema?: string };
  await client.query(
    `INSERT INTO job (job_id, command, dataset, schema, state, accepted_at)
          VALUES ($1, $2, $3, $4, 'accepted', $5)
     ON CONFLICT (job_id) DO UPDATE SET
       command = CASE WHEN ${TRIED_AGAIN} THEN excluded.command
                      ELSE coalesce(job.command, excluded.command) END,
       dataset = coalesce(job.dataset, excluded.dataset),
       schema = coalesce(job.schema, excluded.schema),
       accepted_at = CASE WHEN ${TRIED_AGAIN} THEN excluded.accepted_at
                          ELSE least(job.accepted_at, excluded.accepted_at) END,
       state = CASE WHEN ${TRIED_AGAIN} THEN 'accepted' ELSE job.state END,
       reason = CASE WHEN ${TRIED_AGAIN} THEN NULL ELSE job.reason END,
       message = CASE WHEN ${TRIED_AGAIN} THEN NULL ELSE job.message END,
       ended_at = CASE WHEN ${TRIED_AGAIN} THEN NULL ELSE job.ended_at END`,
    [event.job_id, storableJson(event.command), dataset ?? null, schema ?? null, event.at],
  );
}

async function rejected(client: PoolClient, event: JobEventOf<'rejected'>): Promise<void> {
  await client.query(
    `INSERT INTO job (job_id, command, state, reason, message, accepted_at, ended_at)
          VALUES ($1, $2, 'rejected', $3, $4, $5, $5)
     ON CONFLICT (job_id) DO NOTHING`,
    [
      event.job_id,
      storableJson(event.command),
      event.reason,
      storableText(event.message),
      event.at,
    ],
  );
}

/** Whether the plan is of a job under way; a plan made after a failure is of the next try. */
const UNDER_WAY = `(job.state IN ('accepted', 'running')
                   OR (job.state = 'awaiting_approval' AND job.approved_usd IS NOT NULL)
                   OR (job.state IN ('failed', 'rejected', 'cancelled') AND job.ended_at < excluded.planned_at))`;

/** A fetcher that goes on with a saved plan does not resolve the symbols again. */
const unlessEmpty = (column: string): string =>
  `CASE WHEN excluded.${column} = '[]' THEN coalesce(job.${column}, '[]') ELSE excluded.${column} END`;

/** The chunks themselves and their claims are saved by the planner: see docs/adr/0004. */
async function planned(client: PoolClient, event: JobEventOf<'planned'>): Promise<void> {
  await client.query(
    `INSERT INTO job (job_id, dataset, schema, state, reason, message, not_found, partial, planned_at)
          VALUES ($1, $2, $3, 'running', $4, $5, $6, $7, $8)
     ON CONFLICT (job_id) DO UPDATE SET
       dataset = excluded.dataset, schema = excluded.schema,
       state = CASE WHEN ${UNDER_WAY} THEN 'running' ELSE job.state END,
       reason = CASE WHEN ${UNDER_WAY} THEN excluded.reason ELSE job.reason END,
       message = CASE WHEN ${UNDER_WAY} THEN excluded.message ELSE job.message END,
       ended_at = CASE WHEN ${UNDER_WAY} THEN NULL ELSE job.ended_at END,
       not_found = ${unlessEmpty('not_found')}, partial = ${unlessEmpty('partial')},
       planned_at = coalesce(job.planned_at, excluded.planned_at)`,
    [
      event.job_id,
      event.dataset,
      event.schema,
      event.reason,
      event.message === null ? null : storableText(event.message),
      storableJson(event.not_found),
      storableJson(event.partial),
      event.at,
    ],
  );
}

async function chunkFetched(client: PoolClient, event: JobEventOf<'chunk_fetched'>): Promise<void> {
  const { truncated } = event;
  await client.query(
    `UPDATE chunk SET fetched = $2, batches = $3, skipped = $4, bytes = $5, fetched_at = $6,
            state = CASE WHEN state = 'planned' THEN 'fetched' ELSE state END
      WHERE chunk_id = $1`,
    [event.chunk_id, event.fetched, event.batches, event.skipped, event.bytes, event.at],
  );
  if (!truncated) return;
  await client.query('DELETE FROM coverage WHERE chunk_id = $1 AND start_ns > $2', [
    event.chunk_id,
    truncated.at,
  ]);
  await client.query(
    `UPDATE coverage SET end_ns = $2, end_ties = coalesce(($3::jsonb ->> instrument_id::text)::bigint, 0)
      WHERE chunk_id = $1 AND end_ns > $2`,
    [event.chunk_id, truncated.at, JSON.stringify(truncated.ties)],
  );
  // The claim of every instrument has no ties of its own: each instrument at the last time gets one.
  await client.query(
    `INSERT INTO coverage (dataset, schema, instrument_id, start_ns, end_ns, end_ties, chunk_id)
     SELECT c.dataset, c.schema, tie.key::bigint, $2::bigint, $2::bigint, tie.value::bigint, c.chunk_id
       FROM coverage c, jsonb_each_text($3::jsonb) AS tie
      WHERE c.chunk_id = $1 AND c.instrument_id = -1 AND c.end_ns = $2
     ON CONFLICT DO NOTHING`,
    [event.chunk_id, truncated.at, JSON.stringify(truncated.ties)],
  );
}

async function completed(client: PoolClient, event: JobEventOf<'completed'>): Promise<void> {
  const { stored, quarantined, filtered } = event.totals;
  await client.query(
    `UPDATE replay SET state = 'completed', stored = $2, quarantined = $3, filtered = $4, ended_at = $5
      WHERE replay_id = $1 AND state = 'running'`,
    [event.job_id, stored, quarantined, filtered, event.at],
  );
  await client.query(
    `INSERT INTO job (job_id, state, reason, message, ended_at) VALUES ($1, 'completed', $2, $3, $4)
     ON CONFLICT (job_id) DO UPDATE
       SET state = 'completed', reason = excluded.reason, message = excluded.message,
           ended_at = excluded.ended_at
     WHERE job.state <> 'completed'`,
    [event.job_id, event.reason, event.message, event.at],
  );
}

/**
 * What the job had not fetched yet is given free, to be fetched again by whoever needs it. Jobs that
 * waited for one of these chunks fail, too: nobody is at work on it any more.
 */
async function failed(client: PoolClient, event: JobEventOf<'failed'>): Promise<void> {
  const message = storableText(event.message);
  const { rows: replays } = await client.query<{ is_job: boolean }>(
    `UPDATE replay SET state = 'failed', message = $2, ended_at = $3
      WHERE replay_id = $1 AND state = 'running'
     RETURNING EXISTS (SELECT FROM job WHERE job_id = replay_id) AS is_job`,
    [event.job_id, message, event.at],
  );
  // A replay of refused records is no job.
  if (replays[0]?.is_job === false) return;
  await client.query(
    `INSERT INTO job (job_id, state, reason, message, ended_at) VALUES ($1, 'failed', $2, $3, $4)
     ON CONFLICT (job_id) DO UPDATE
       SET state = 'failed', reason = $2, message = $3, ended_at = $4
     WHERE job.state <> 'completed' AND (job.accepted_at IS NULL OR job.accepted_at <= $4)`,
    [event.job_id, event.reason, message, event.at],
  );
  const { rows: freed } = await client.query<{ chunk_id: string }>(
    `UPDATE chunk SET state = 'failed'
      WHERE state IN ('planned', 'fetched')
        AND (chunk_id = $2 OR (state = 'planned' AND chunk_id IN (
              SELECT chunk_id FROM job_chunk WHERE job_id = $1 AND NOT shared)))
        AND planned_at <= $3
     RETURNING chunk_id`,
    [event.job_id, event.batch_id?.split('.')[0] ?? null, event.at],
  );
  const { job_id: jobId, reason, at } = event;
  await failWaiting(client, { jobId, reason, message, at }, freed);
}
