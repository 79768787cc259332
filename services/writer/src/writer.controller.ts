import { Controller } from '@nestjs/common';
import { BusPublisher, Consume, deadLetter, done } from '@tapeline/bus';
import type { BusMessage, Outcome } from '@tapeline/bus';
import { CONSUMERS, jobEventSchema } from '@tapeline/contracts';
import {
  BatchWriter,
  projectEvent,
  readAccepted,
  readChunkSchema,
  readCompletion,
  runChunkChecks,
  settleChunk,
  settleJob,
  Storage,
} from '@tapeline/storage';
import { storeMessage } from './domain/store-message.js';
import { tellCompleted, tellSettlement } from './domain/tell-settlement.js';
import { whyRefused } from './domain/why-refused.js';
import { WriterRules } from './writer-rules.js';

/** Batches, refused records and events into the database; completions out to INGEST_EVENTS. */
@Controller()
export class WriterController {
  constructor(
    private readonly storage: Storage,
    private readonly batches: BatchWriter,
    private readonly publisher: BusPublisher,
    private readonly rules: WriterRules,
  ) {}

  @Consume(CONSUMERS.write)
  write(message: BusMessage): Promise<Outcome> {
    return this.store(message);
  }

  @Consume(CONSUMERS.quarantine)
  quarantine(message: BusMessage): Promise<Outcome> {
    return this.store(message);
  }

  @Consume(CONSUMERS.project)
  async project(message: BusMessage): Promise<Outcome> {
    return this.guarded(async () => {
      const event = jobEventSchema.parse(message.json());
      await projectEvent(this.storage, event);
      if (event.event === 'chunk_fetched') {
        await this.settle(message, event.job_id, event.chunk_id);
      } else if (event.event === 'planned') {
        for (const chunkId of await readAccepted(this.storage, event.job_id)) {
          await this.settle(message, event.job_id, chunkId);
        }
        const job = await settleJob(this.storage, event.job_id);
        if (job) await tellCompleted(this.publisher, job);
      }
      return done();
    }, 'bad_event');
  }

  /** Looks at whole chunks once they are complete; what is found changes nothing that is stored. */
  @Consume(CONSUMERS.check)
  check(message: BusMessage): Promise<Outcome> {
    return this.guarded(async () => {
      const event = jobEventSchema.parse(message.json());
      if (event.event !== 'chunk_complete') return done();
      const schema = await readChunkSchema(this.storage, event.chunk_id);
      const checks = schema ? this.rules.checksOf(schema) : [];
      if (checks.length === 0) return done();
      const { version: rulesVersion, openIntervals } = this.rules;
      await runChunkChecks(this.storage, event.chunk_id, checks, { rulesVersion, openIntervals });
      return done();
    }, 'bad_event');
  }

  private store(message: BusMessage): Promise<Outcome> {
    return this.guarded(async () => {
      const { job_id: jobId, chunk_id: chunkId } = await storeMessage(
        this.storage,
        this.batches,
        message,
      );
      await this.settle(message, jobId, chunkId);
      return done();
    }, 'bad_header');
  }

  /** Completes what the message was the last part of. It has been committed before. */
  private async settle(message: BusMessage, jobId: string, chunkId: string): Promise<void> {
    const settlement = await settleChunk(this.storage, chunkId, {
      again: message.deliveryCount > 1,
      maxRefused: (schema) => this.rules.maxRefusedOf(schema),
    });
    const completion = settlement.completedChunk
      ? await readCompletion(this.storage, chunkId)
      : undefined;
    await tellSettlement(this.publisher, jobId, chunkId, settlement, completion);
  }

  /** Makes what can never succeed a dead letter. */
  private async guarded(
    task: () => Promise<Outcome>,
    malformed: 'bad_header' | 'bad_event',
  ): Promise<Outcome> {
    try {
      return await task();
    } catch (error) {
      const refusal = whyRefused(error, malformed);
      if (refusal) return deadLetter(refusal.code, refusal.message);
      throw error;
    }
  }
}
