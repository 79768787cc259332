/** Services as far as tables and events go, for the tests of this folder: what they save, and what they tell. */
import type { JobEvent, JobEventOf } from '@tapeline/contracts';
import { COMMAND, eventOf } from '../jobs/job-fixture.js';
import { projectEvent } from '../jobs/project-event.js';
import { settleChunk, settleJob } from '../jobs/settle-chunk.js';
import { reviveChunks, withPlanLock } from '../planning/index.js';
import type { ChunkToSave, DatasetDay, SymbologyInterval } from '../planning/index.js';
import type { Storage } from '../storage.js';
import { DATASET, headerOf, trades } from '../test-batches.js';
import { writeBatch } from '../write/write-batch.js';
import { writeQuarantine } from '../write/write-quarantine.js';
import { readCompletion, readPlannedChunks, resolvedFacts } from './plan-facts.js';

interface Plan {
  readonly chunks: readonly ChunkToSave[];
  readonly shared?: readonly string[];
  readonly symbology?: readonly SymbologyInterval[];
  readonly days?: readonly DatasetDay[];
}

/** Most of a chunk's records that may be refused. */
const MOST_REFUSED = 0.5;

export class LiveHistory {
  /** All that was told, in order. */
  readonly events: JobEvent[] = [];

  constructor(private readonly storage: Storage) {}

  /** Appends an event and has it projected. */
  async tell(event: JobEvent): Promise<void> {
    this.events.push(event);
    await projectEvent(this.storage, event);
    if (event.event === 'chunk_fetched') await this.settle(event.job_id, event.chunk_id);
    if (event.event !== 'planned') return;
    const job = await settleJob(this.storage, event.job_id);
    if (job) await this.tell(eventOf.completed(job.jobId, job));
  }

  /** Accepts and plans a job, or goes on with it. */
  async plan(
    jobId: string,
    { chunks, shared = [], symbology = [], days = [] }: Plan,
  ): Promise<void> {
    await this.tell(eventOf.accepted(jobId));
    await withPlanLock(this.storage, DATASET, 'trades', async (transaction) => {
      for (const facts of resolvedFacts(DATASET, symbology, days)) {
        await this.tell({ ...this.stamp(jobId), event: 'resolved', ...facts });
      }
      await transaction.saveSymbology(DATASET, symbology);
      await transaction.saveDays(DATASET, days);
      const job = { jobId, command: COMMAND, dataset: DATASET, schema: 'trades' };
      await transaction.savePlan(job, chunks, shared);
    });
    await reviveChunks(this.storage, jobId);
    for await (const facts of readPlannedChunks(this.storage, jobId)) {
      await this.tell({ ...this.stamp(jobId), event: 'chunk_planned', ...facts });
    }
    const told = ({ chunkId, expected, request }: ChunkToSave, isShared: boolean) => ({
      chunk_id: chunkId,
      start: request.start,
      end: request.end,
      expected,
      shared: isShared,
    });
    const others = shared.map((chunk_id) => ({
      chunk_id,
      start: '0',
      end: '1',
      expected: null,
      shared: true,
    }));
    await this.tell(
      eventOf.planned(jobId, {
        chunks: [...chunks.map((chunk) => told(chunk, false)), ...others],
        not_found: ['XX'],
      }),
    );
  }

  /** Receives, stores and refuses records of a chunk, one batch. */
  async fetch(
    jobId: string,
    chunk: string,
    {
      stored = 0,
      refused = 0,
      ...fields
    }: Partial<JobEventOf<'chunk_fetched'>> & {
      readonly stored?: number;
      readonly refused?: number;
    },
  ): Promise<void> {
    const batch = trades(stored + refused);
    const header = headerOf(batch, chunk, 0, {
      job_id: jobId,
      fetched: stored + refused,
      quarantined: refused,
    });
    await writeBatch(this.storage, header, batch.slice(0, stored));
    if (refused > 0) {
      const rows = Uint32Array.from({ length: refused }, (_, row) => stored + row);
      const words = Array.from(rows, () => 'too high');
      const part = { ...header, part: 'quarantined.0' };
      await writeQuarantine(this.storage, part, batch.take(rows), words, words);
    }
    await this.tell({
      ...this.stamp(jobId),
      event: 'received',
      chunk_id: chunk,
      part: 0,
      dataset: DATASET,
      schema: 'trades',
      records: stored + refused,
      bytes: 48 * (stored + refused),
      repeated: 0,
      is_cut: false,
      usd: 0.1234567,
    });
    await this.tell(eventOf.chunkFetched(jobId, chunk, stored + refused, fields));
  }

  /** What the writer does after each commit. */
  async settle(jobId: string, chunk: string): Promise<void> {
    const options = { maxRefused: () => MOST_REFUSED };
    const { heldBack, completedChunk, completedJobs } = await settleChunk(
      this.storage,
      chunk,
      options,
    );
    for (const held of heldBack?.jobIds ?? []) {
      await this.tell({
        ...this.stamp(held),
        event: 'awaiting_approval',
        reason: 'too_many_refused',
        message: heldBack!.message,
        chunk_id: chunk,
      });
    }
    if (completedChunk) {
      const completion = await readCompletion(this.storage, chunk);
      await this.tell({
        ...this.stamp(jobId),
        event: 'chunk_complete',
        chunk_id: chunk,
        totals: completedChunk,
        ...completion,
      });
    }
    for (const job of completedJobs) await this.tell(eventOf.completed(job.jobId, job));
  }

  /** Fields that all events have, each a second after the one before. */
  stamp(jobId: string): Pick<JobEvent, 'job_id' | 'at' | 'by'> {
    const { job_id, at, by } = eventOf.accepted(jobId);
    return { job_id, at, by };
  }
}
