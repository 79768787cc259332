/** Jobs, plans and events for the tests of this folder. */
import type { ChunkRequest, IngestCommand, JobEvent, JobEventOf } from '@tapeline/contracts';
import { withPlanLock } from '../planning/index.js';
import type { ChunkToSave } from '../planning/index.js';
import type { Storage } from '../storage.js';
import { DATASET, DAY, DAY_START, headerOf, trades } from '../test-batches.js';
import { writeBatch } from '../write/write-batch.js';

export const COMMAND: IngestCommand = {
  dataset: DATASET,
  schema: 'trades',
  symbols: ['ES.c.0'],
  stype_in: 'continuous',
  start: '2024-07-01',
};

let calls = 0;

/** A second later with each call, and later than anything the database has stamped so far. */
const later = (): string => Temporal.Now.instant().add({ hours: 1, seconds: calls++ }).toString();

/** A chunk of 2024-07-01 that claims the instruments given. */
export function chunkOf(chunkId: string, instruments: readonly number[] = [1]): ChunkToSave {
  const request: ChunkRequest = {
    source: 'api',
    dataset: DATASET,
    schema: 'trades',
    symbols: ['ES.c.0'],
    stype_in: 'continuous',
    start: String(DAY_START),
    end: String(DAY_START + DAY),
    exclude: [],
  };
  const claim = { start: DAY_START, end: DAY_START + DAY };
  const claims = instruments.map((instrumentId) => ({ instrumentId, ...claim }));
  return { chunkId, request, claims, expected: 10 };
}

/** Saves a job's plan as the fetcher does. */
export async function savePlan(
  storage: Storage,
  jobId: string,
  chunks: readonly ChunkToSave[],
  shared: readonly string[] = [],
): Promise<void> {
  await withPlanLock(storage, DATASET, 'trades', (transaction) =>
    transaction.savePlan(
      { jobId, command: COMMAND, dataset: DATASET, schema: 'trades' },
      chunks,
      shared,
    ),
  );
}

/** Stores one batch of `length` trades as number `sequence` of the chunk. */
export async function store(
  storage: Storage,
  chunk: string,
  sequence: number,
  length: number,
  filtered = 0,
): Promise<void> {
  const batch = trades(length);
  await writeBatch(storage, headerOf(batch, chunk, sequence, { filtered }), batch);
}

type Fields<Name extends JobEvent['event']> = Omit<JobEventOf<Name>, 'event' | 'job_id' | 'by'>;

/** Events of a job, by default each later than the one before, with nothing remarkable in them. */
export const eventOf = {
  accepted: (job_id: string, fields: Partial<Fields<'accepted'>> = {}): JobEvent => ({
    event: 'accepted',
    job_id,
    at: later(),
    by: 'fetcher',
    command: COMMAND,
    ...fields,
  }),
  planned: (job_id: string, fields: Partial<Fields<'planned'>> = {}): JobEvent => ({
    event: 'planned',
    job_id,
    at: later(),
    by: 'fetcher',
    dataset: DATASET,
    schema: 'trades',
    chunks: [],
    not_found: [],
    partial: [],
    reason: null,
    message: null,
    ...fields,
  }),
  chunkFetched: (
    job_id: string,
    chunk_id: string,
    fetched: number,
    fields: Partial<Fields<'chunk_fetched'>> = {},
  ): JobEvent => ({
    event: 'chunk_fetched',
    job_id,
    at: later(),
    by: 'fetcher',
    chunk_id,
    fetched,
    batches: 1,
    skipped: 0,
    bytes: 48 * fetched,
    truncated: null,
    ...fields,
  }),
  completed: (job_id: string, fields: Partial<Fields<'completed'>> = {}): JobEvent => ({
    event: 'completed',
    job_id,
    at: later(),
    by: 'writer',
    totals: { fetched: 0, stored: 0, quarantined: 0, filtered: 0 },
    reason: null,
    message: null,
    ...fields,
  }),
  cancelRequested: (job_id: string): JobEvent => ({
    event: 'cancel_requested',
    job_id,
    at: later(),
    by: 'fetcher',
    message: 'soon',
  }),
  cancelled: (job_id: string, chunks: string[]): JobEvent => ({
    event: 'cancelled',
    job_id,
    at: later(),
    by: 'fetcher',
    message: 'ended',
    chunks,
  }),
  failed: (job_id: string, fields: Partial<Fields<'failed'>> = {}): JobEvent => ({
    event: 'failed',
    job_id,
    at: later(),
    by: 'fetcher',
    reason: 'upstream_refused',
    message: 'no',
    batch_id: null,
    ...fields,
  }),
};
