/** One job from its command to the last published batch, told in events. */
import { isDeepStrictEqual } from 'node:util';
import { InvalidCommandError, isFileRequest } from '@tapeline/contracts';
import type { ChunkRequest, IngestCommand, JobEvent, Reason } from '@tapeline/contracts';
import { DatabentoError } from '@tapeline/databento';
import type { HistoricalClient } from '@tapeline/databento';
import { DbnError, DbnStream } from '@tapeline/dbn';
import { readCommand, readPlan, reviveChunks } from '@tapeline/storage';
import type { PlanChunk, Storage } from '@tapeline/storage';
import { UndecidedRangeError } from './await-claims.js';
import { fetchChunk } from './fetch-chunk.js';
import type { FetchedChunk, Publish } from './fetch-chunk.js';
import { planJob } from './plan-job.js';
import type { JobPlan } from './plan-job.js';
import { rangeRequest } from './range-request.js';
import { isUnresolvable } from './resolve-symbols.js';
import { openFile } from './scan-file.js';

/** The part of an event that its place does not already say. */
type EventBody = JobEvent extends infer Event
  ? Event extends JobEvent
    ? Omit<Event, 'job_id' | 'at' | 'by'>
    : never
  : never;

export interface JobContext {
  readonly storage: Storage;
  readonly client: HistoricalClient;
  readonly publish: Publish;
  /** Appends an event and resolves when it is stored. */
  readonly tell: (event: JobEvent) => Promise<void>;
}

export interface JobIdentity {
  readonly jobId: string;
  /** Stream sequence of the command. */
  readonly attempt: number;
}

/** Why a job cannot go on, whatever is tried. */
interface Failure {
  readonly reason: Reason;
  readonly message: string;
}

/**
 * Runs a job, or goes on with it: chunks that are fetched already are left alone, and the others are
 * published again under the same ids. A job that cannot succeed ends with a `failed` event.
 * @throws InvalidCommandError if the job's id belongs to another command.
 * @throws errors that another try may cure: a broken connection, the database away, a cut stream.
 */
export async function runJob(
  context: JobContext,
  { jobId, attempt }: JobIdentity,
  command: IngestCommand,
): Promise<void> {
  await refuseOtherCommand(context.storage, jobId, command);
  const tell = (event: EventBody): Promise<void> =>
    context.tell({
      ...event,
      job_id: jobId,
      at: Temporal.Now.instant().toString(),
      by: 'fetcher',
    });
  await tell({ event: 'accepted', command });
  try {
    const before = await readPlan(context.storage, jobId);
    const plan = before ? undefined : await planJob(context, jobId, command);
    await reviveChunks(context.storage, jobId);
    const chunks = (await readPlan(context.storage, jobId)) ?? [];
    await tell(plannedEvent(command, chunks, plan));
    for (const chunk of chunks) {
      if (chunk.shared || chunk.state !== 'planned') continue;
      const fetched = await fetchOne(context, { jobId, attempt }, command, chunk);
      await tell({ event: 'chunk_fetched', chunk_id: chunk.chunkId, ...fetched });
    }
  } catch (error) {
    const failure = asFailure(error, command);
    if (!failure) throw error;
    await tell({ event: 'failed', ...failure, batch_id: null });
  }
}

/** An id stands for one command: the same one is gone on with, another is refused. */
async function refuseOtherCommand(
  storage: Storage,
  jobId: string,
  command: IngestCommand,
): Promise<void> {
  const known = await readCommand(storage, jobId);
  const given: unknown = JSON.parse(JSON.stringify(command));
  if (known === undefined || isDeepStrictEqual(known, given)) return;
  throw new InvalidCommandError([`job_id: '${jobId}' is the id of another command`], jobId);
}

function plannedEvent(
  command: IngestCommand,
  chunks: readonly PlanChunk[],
  plan: JobPlan | undefined,
): EventBody {
  const [first] = chunks;
  const named = isFileRequest(command) ? first?.request : command;
  return {
    event: 'planned',
    dataset: plan?.dataset ?? named?.dataset ?? '',
    schema: plan?.schema ?? named?.schema ?? '',
    chunks: chunks.map(({ chunkId, request, expected, shared }) => ({
      chunk_id: chunkId,
      start: request.start,
      end: request.end,
      expected,
      shared,
    })),
    not_found: [...(plan?.notFound ?? [])],
    partial: [...(plan?.partial ?? [])],
    reason: plan?.nothing?.reason ?? null,
    message: plan?.nothing?.message ?? null,
  };
}

async function fetchOne(
  context: JobContext,
  identity: JobIdentity,
  command: IngestCommand,
  chunk: PlanChunk,
): Promise<FetchedChunk> {
  let source: DbnStream;
  try {
    source = isFileRequest(command)
      ? await openFile(command.file)
      : await openRange(context.client, chunk.request);
  } catch (error) {
    // Weekends and holidays inside a range answer so; there is nothing to fetch then.
    if (!isUnresolvable(error)) throw error;
    return { fetched: 0, batches: 0, skipped: 0, bytes: 0, truncated: null };
  }
  return fetchChunk({ ...identity, ...chunk }, source, context.publish);
}

async function openRange(client: HistoricalClient, request: ChunkRequest): Promise<DbnStream> {
  const { body } = await client.getRange(rangeRequest(request));
  return DbnStream.open(body);
}

/** Why no further try can help, or undefined if one may. */
function asFailure(error: unknown, command: IngestCommand): Failure | undefined {
  if (error instanceof DatabentoError && !error.retryable) {
    return { reason: 'upstream_refused', message: error.message };
  }
  if (error instanceof UndecidedRangeError && !error.passes) {
    return { reason: 'undecided_range', message: error.message };
  }
  if (!isFileRequest(command)) return undefined;
  const code = String((error as { code?: unknown }).code);
  if (!(error instanceof DbnError) && !['ENOENT', 'EACCES', 'EISDIR'].includes(code)) {
    return undefined;
  }
  return { reason: 'unreadable_file', message: `${command.file}: ${(error as Error).message}` };
}
