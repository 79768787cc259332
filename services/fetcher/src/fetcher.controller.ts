import { Controller } from '@nestjs/common';
import { ArchiveError } from '@tapeline/archive';
import {
  BusPublisher,
  Consume,
  deadLetter,
  done,
  NotYetError,
  TransientError,
} from '@tapeline/bus';
import type { BusMessage, Outcome } from '@tapeline/bus';
import {
  COMMAND_SUBJECT,
  CONSUMERS,
  InvalidCommandError,
  parseIngestCommand,
  parseJobDecision,
  parseReplayCommand,
  REPLAY_SUBJECT,
} from '@tapeline/contracts';
import { DatabentoError, HistoricalClient } from '@tapeline/databento';
import {
  approveJob,
  endReplay,
  isUnavailable,
  readJob,
  readJobState,
  Storage,
} from '@tapeline/storage';
import { UndecidedRangeError } from './domain/await-claims.js';
import { cancelJob } from './domain/cancel-job.js';
import { runJob } from './domain/run-job.js';
import { runReplay } from './domain/run-replay.js';
import { FetchSettings } from './fetch-settings.js';

/** Commands in; plans, raw batches and events out. */
@Controller()
export class FetcherController {
  constructor(
    private readonly storage: Storage,
    private readonly client: HistoricalClient,
    private readonly publisher: BusPublisher,
    private readonly settings: FetchSettings,
  ) {}

  @Consume(CONSUMERS.fetch)
  async fetch(message: BusMessage): Promise<Outcome> {
    // The same on each delivery of the same command.
    let jobId = `cmd-${message.timestampNanos.toString(36)}-${message.streamSequence}`;
    try {
      const command = parseIngestCommand(readJson(message));
      jobId = command.job_id ?? jobId;
      const context = {
        storage: this.storage,
        client: this.client,
        archive: this.settings.archive,
        limits: this.settings.limits,
        chunkSpans: this.settings.chunkSpans,
        batchAboveBytes: this.settings.batch.aboveBytes,
        batchFolder: this.settings.batch.folder,
        publish: this.publisher.publish.bind(this.publisher),
        tell: this.publisher.publishEvent.bind(this.publisher),
      };
      const { streamSequence: attempt, timestampNanos: sentAt } = message;
      await runJob(context, { jobId, attempt, sentAt }, command);
      return done();
    } catch (error) {
      if (error instanceof InvalidCommandError) {
        await this.reject(message, error, error.jobId ?? jobId);
        return done();
      }
      throwIfPassing(error);
      if (message.attempt >= CONSUMERS.fetch.maxDeliver) await this.giveUp(error, jobId);
      throw error;
    }
  }

  /** Refused records, or whole chunks, come again from the archive. */
  @Consume(CONSUMERS.replay)
  async replay(message: BusMessage): Promise<Outcome> {
    let replayId = `replay-${message.timestampNanos.toString(36)}-${message.streamSequence}`;
    try {
      const command = parseReplayCommand(readJson(message));
      replayId = command.replay_id ?? replayId;
      const context = {
        storage: this.storage,
        archive: this.settings.archive,
        publish: this.publisher.publish.bind(this.publisher),
        tell: this.publisher.publishEvent.bind(this.publisher),
      };
      await runReplay(context, { replayId, attempt: message.streamSequence }, command);
      return done();
    } catch (error) {
      if (error instanceof InvalidCommandError) return deadLetter(error.code, error.message);
      throwIfPassing(error);
      if (message.attempt >= CONSUMERS.replay.maxDeliver) {
        await endReplay(this.storage, replayId, 'failed', (error as Error).message);
      }
      throw error;
    }
  }

  /** What a person says to a job: its command is sent again, or the job ends. */
  @Consume(CONSUMERS.decide)
  async decide(message: BusMessage): Promise<Outcome> {
    try {
      const { job_id: jobId, decision } = parseJobDecision(readJson(message));
      const event = { job_id: jobId, at: Temporal.Now.instant().toString(), by: 'fetcher' };
      if (decision === 'cancel') {
        const tell = this.publisher.publishEvent.bind(this.publisher);
        const isKnown = await cancelJob({ storage: this.storage, tell }, jobId);
        return isKnown ? done() : await this.putOff(message, jobId);
      }
      if (decision === 'refuse') {
        const job = await readJob(this.storage, jobId);
        const reason =
          job?.reason === 'too_many_refused'
            ? 'a person did not accept how much of it is refused; what was fetched stays in the archive, for a replay'
            : 'a person refused its cost; nothing was bought';
        await this.publisher.publishEvent({ ...event, event: 'refused', message: reason });
        return done();
      }
      const approved = await approveJob(this.storage, jobId);
      if (!approved) return await this.putOff(message, jobId);
      const { command, usd } = approved;
      const isReplay = 'source' in (command as object);
      const id = isReplay ? { replay_id: jobId } : { job_id: jobId };
      const payload = Buffer.from(JSON.stringify({ ...(command as object), ...id }));
      const msgId = `command:${jobId}:approved:${message.streamSequence}`;
      const subject = isReplay ? REPLAY_SUBJECT : COMMAND_SUBJECT;
      await this.publisher.publish(subject, payload, { msgId });
      await this.publisher.publishEvent({ ...event, event: 'approved', usd });
      return done();
    } catch (error) {
      if (error instanceof InvalidCommandError) return deadLetter(error.code, error.message);
      throwIfPassing(error);
      throw error;
    }
  }

  /**
   * An approval of a job that does not wait, as far as is known: it may come before the news that it does.
   * A job that is past that needs none.
   */
  private async putOff(message: BusMessage, jobId: string): Promise<Outcome> {
    const state = await readJobState(this.storage, jobId);
    if (state !== undefined && state !== 'accepted') return done();
    if (ageOf(message) > LONGEST_WAIT) {
      return deadLetter('not_waiting', `job '${jobId}' has not come to wait for approval`);
    }
    throw new NotYetError(`job '${jobId}' is not known to wait for approval yet`);
  }

  /** The command becomes a dead letter; its job must not seem to be under way. */
  private async giveUp(error: unknown, jobId: string): Promise<void> {
    await this.publisher.publishEvent({
      event: 'failed',
      job_id: jobId,
      at: Temporal.Now.instant().toString(),
      by: 'fetcher',
      reason: 'internal_error',
      message: `the fetcher failed ${CONSUMERS.fetch.maxDeliver} times: ${(error as Error).message}`,
      batch_id: null,
    });
  }

  private async reject(
    message: BusMessage,
    error: InvalidCommandError,
    jobId: string,
  ): Promise<void> {
    await this.publisher.publishEvent({
      event: 'rejected',
      job_id: jobId,
      at: Temporal.Now.instant().toString(),
      by: 'fetcher',
      reason: 'invalid_command',
      message: error.message,
      command: Buffer.from(message.data).toString('utf8').slice(0, 10_000),
    });
  }
}

/** How long an approval is kept for a job of which nothing is known. */
const LONGEST_WAIT = 3_600_000_000_000n;

/** Nanoseconds since the message was published. */
const ageOf = (message: BusMessage): bigint =>
  Temporal.Now.instant().epochNanoseconds - message.timestampNanos;

function readJson(message: BusMessage): unknown {
  try {
    return message.json();
  } catch (error) {
    throw new InvalidCommandError(
      [`the command is no JSON: ${(error as Error).message}`],
      undefined,
    );
  }
}

/** What passes is tried again for as long as it takes. @throws TransientError */
function throwIfPassing(error: unknown): void {
  if (isPassing(error)) throw new TransientError((error as Error).message, { cause: error });
}

/** Something is away for now: the job goes on where it was, however long that takes. */
const isPassing = (error: unknown): boolean =>
  isUnavailable(error) ||
  error instanceof UndecidedRangeError ||
  (error instanceof ArchiveError && error.retryable) ||
  (error instanceof DatabentoError && error.retryable);
