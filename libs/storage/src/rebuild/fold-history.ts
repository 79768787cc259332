import type { JobEvent, JobEventOf } from '@tapeline/contracts';
import type { PoolClient } from 'pg';
import { foldEvent } from '../jobs/project-event.js';
import { giveUpAll } from '../retention/expire-chunks.js';
import { giveUpClaims } from '../write/replace-held.js';
import { claimArchived } from './adopt-archived.js';
import { addSymbology } from './shadow-symbology.js';

/**
 * Folds an event into the shadow tables: as the projection does, with what the planner and the writer have saved
 * by themselves at that point of the history.
 */
export async function foldHistory(client: PoolClient, event: JobEvent): Promise<void> {
  switch (event.event) {
    case 'resolved':
      return resolved(client, event);
    case 'chunk_planned':
      return chunkPlanned(client, event);
    case 'chunk_complete':
      return chunkComplete(client, event);
    case 'chunk_expired':
      return giveUpAll(client, event.chunk_id);
    default:
      await foldEvent(client, event);
  }
  if (event.event === 'planned') await links(client, event);
  if (event.event === 'awaiting_approval' && event.chunk_id !== undefined) {
    await client.query(
      `UPDATE chunk SET state = 'held_back' WHERE chunk_id = $1 AND state = 'fetched'`,
      [event.chunk_id],
    );
  }
  if (event.event === 'approved') {
    await client.query(
      `UPDATE chunk SET refusals_accepted = true
        WHERE state = 'held_back' AND chunk_id IN (SELECT chunk_id FROM job_chunk WHERE job_id = $1)`,
      [event.job_id],
    );
  }
}

async function resolved(client: PoolClient, event: JobEventOf<'resolved'>): Promise<void> {
  const intervals = event.symbology.map(([stypeIn, symbol, instrumentId, d0, d1]) => ({
    stypeIn,
    symbol,
    instrumentId,
    d0,
    d1,
  }));
  await addSymbology(client, event.dataset, intervals);
  await client.query(
    `INSERT INTO dataset_day (dataset, date, condition, last_modified, seen_at)
     SELECT $1, date, condition, modified, $5
       FROM unnest($2::date[], $3::text[], $4::date[]) AS given (date, condition, modified)
     ON CONFLICT (dataset, date) DO UPDATE
       SET condition = excluded.condition, last_modified = excluded.last_modified, seen_at = excluded.seen_at`,
    [
      event.dataset,
      event.days.map(([date]) => date),
      event.days.map(([, condition]) => condition),
      event.days.map(([, , modified]) => modified),
      event.at,
    ],
  );
}

/** A chunk that is told of again goes on with the claims that it has, under the job that took it into its care. */
async function chunkPlanned(client: PoolClient, event: JobEventOf<'chunk_planned'>): Promise<void> {
  const { chunk_id: chunkId, request, planned_at: plannedAt } = event;
  await client.query(
    `INSERT INTO chunk (chunk_id, dataset, schema, request, start_ns, end_ns, state, expected, planned_at)
          VALUES ($1, $2, $3, jsonb_set($4, '{exclude}', '[]'), $5, $6, 'planned', $7, $8)
     ON CONFLICT (chunk_id) DO UPDATE SET state = 'planned', planned_at = excluded.planned_at
       WHERE chunk.state = 'failed' AND chunk.planned_at < excluded.planned_at`,
    [
      chunkId,
      request.dataset,
      request.schema,
      JSON.stringify(request),
      request.start,
      request.end,
      event.expected,
      plannedAt,
    ],
  );
  await client.query(
    `INSERT INTO job_chunk (job_id, chunk_id, shared) VALUES ($1, $2, false) ON CONFLICT DO NOTHING`,
    [event.job_id, chunkId],
  );
  await client.query('UPDATE job_chunk SET shared = job_id <> $1 WHERE chunk_id = $2', [
    event.job_id,
    chunkId,
  ]);
  const { rowCount: isNew } = await client.query(
    'INSERT INTO told_part (chunk_id, part) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    [chunkId, event.part],
  );
  if (!isNew) return;
  await client.query(
    `UPDATE chunk SET request = jsonb_set(request, '{exclude}', (request -> 'exclude') || $2) WHERE chunk_id = $1`,
    [chunkId, JSON.stringify(request.exclude)],
  );
  await client.query(
    `INSERT INTO coverage (dataset, schema, chunk_id, instrument_id, start_ns, end_ns, end_ties)
     SELECT $1, $2, $3, id::bigint, (claim ->> 'start')::bigint, (claim ->> 'end')::bigint, (claim ->> 'end_ties')::bigint
       FROM jsonb_array_elements($4::jsonb) AS claim, jsonb_array_elements_text(claim -> 'instruments') AS id
     ON CONFLICT DO NOTHING`,
    [request.dataset, request.schema, chunkId, JSON.stringify(event.claims)],
  );
}

/** Chunks of which no event told more than that they are there are taken from the archive. */
async function links(client: PoolClient, event: JobEventOf<'planned'>): Promise<void> {
  for (const { chunk_id: chunkId, expected, shared } of event.chunks) {
    await client.query(
      'INSERT INTO job_chunk (job_id, chunk_id, shared) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [event.job_id, chunkId, shared],
    );
    const { rowCount: isNew } = await client.query(
      `INSERT INTO chunk (chunk_id, dataset, schema, request, start_ns, end_ns, state, expected, planned_at)
       SELECT chunk_id, request ->> 'dataset', request ->> 'schema', request, (request ->> 'start')::bigint,
              (request ->> 'end')::bigint, 'planned', $2, $3
         FROM archived_chunk WHERE chunk_id = $1
       ON CONFLICT DO NOTHING`,
      [chunkId, expected, event.at],
    );
    if (!isNew) continue;
    await estimate(client, chunkId, 'planned_at');
    await claimArchived(client, [chunkId]);
  }
}

/** What is known nearly, and kept as it is where the present table has it. */
const estimate = (client: PoolClient, chunkId: string, column: string) =>
  client.query(
    'INSERT INTO estimated (chunk_id, "column") VALUES ($1, $2) ON CONFLICT DO NOTHING',
    [chunkId, column],
  );

async function chunkComplete(
  client: PoolClient,
  event: JobEventOf<'chunk_complete'>,
): Promise<void> {
  const { chunk_id: chunkId, completed_at: completedAt, replaced } = event;
  const { rows } = await client.query<{ replaces: boolean }>(
    `UPDATE chunk SET state = 'complete', completed_at = $2, replaced = $3
      WHERE chunk_id = $1 AND state IN ('fetched', 'held_back')
     RETURNING request ? 'replaces' AS replaces`,
    [chunkId, completedAt ?? event.at, replaced ?? null],
  );
  const [completed] = rows;
  if (!completed) return;
  if (completedAt === undefined) {
    await estimate(client, chunkId, 'completed_at');
    if (completed.replaces) await estimate(client, chunkId, 'replaced');
  }
  if (completed.replaces) await giveUpClaims(client, chunkId);
}
