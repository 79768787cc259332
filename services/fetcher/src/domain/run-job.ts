/** One job from its command to the last published batch, told in events. */
import { rm } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { ArchiveError } from '@tapeline/archive';
import { ALL_SYMBOLS, InvalidCommandError, isFileRequest, requestRange } from '@tapeline/contracts';
import type { IngestCommand, JobEvent, Quote, Reason } from '@tapeline/contracts';
import { DatabentoError } from '@tapeline/databento';
import type { HistoricalClient } from '@tapeline/databento';
import { DbnError } from '@tapeline/dbn';
import { formatTimestamp } from '@tapeline/records';
import type { PartitionSpan } from '@tapeline/records';
import { readCommand, readPlan, readQuote, reviveChunks } from '@tapeline/storage';
import type { PlanChunk, Storage } from '@tapeline/storage';
import { UndecidedRangeError } from './await-claims.js';
import { downloadBatch, removeBatch } from './batch/batch-download.js';
import { OutOfRangeError } from './clamp-range.js';
import { endIfCancelled } from './cancel-job.js';
import type { SpendLimits } from './costs/decide-spend.js';
import { fetchChunk } from './fetch-chunk.js';
import type { FetchedChunk, Publish } from './fetch-chunk.js';
import type { JobPlan, Purchasable } from './job-plan.js';
import { nameInstruments } from './name-instruments.js';
import { planJob } from './plan-job.js';
import { plannedChunks } from './planned-chunks.js';
import type { ChunkArchive } from './receive/chunk-archive.js';
import { openChunk } from './receive/open-chunk.js';
import type { PartReport } from './receive/receive-chunk.js';
import { tellPlannedChunks } from './tell-plan.js';

/** The part of an event that its place does not already say. */
type EventBody = JobEvent extends infer Event
  ? Event extends JobEvent
    ? Omit<Event, 'job_id' | 'at' | 'by'>
    : never
  : never;

export interface JobContext {
  readonly storage: Storage;
  readonly client: HistoricalClient;
  readonly archive: ChunkArchive;
  readonly limits: SpendLimits;
  readonly chunkSpans: ReadonlyMap<string, PartitionSpan>;
  /** Jobs of more bytes come as files of batch jobs. */
  readonly batchAboveBytes: number;
  /** Where such files are until their chunks are in the archive. */
  readonly batchFolder: string;
  readonly publish: Publish;
  /** Appends an event and resolves when it is stored. */
  readonly tell: (event: JobEvent) => Promise<void>;
}

export interface JobIdentity {
  readonly jobId: string;
  /** Stream sequence of the command. */
  readonly attempt: number;
  /** When the command was sent, ns. */
  readonly sentAt: bigint;
}

/** Why a job cannot go on, whatever is tried. */
interface Failure {
  readonly reason: Reason;
  readonly message: string;
}

/**
 * Runs a job, or goes on with it: chunks that are fetched already are left alone, and the others are
 * published again under the same ids. A job that cannot succeed ends with a `failed` event, one that a person
 * cancels with `cancelled`, after the chunk in hand.
 * @throws InvalidCommandError if the job's id belongs to another command.
 * @throws errors that another try may cure: a broken connection, the database away, a cut stream.
 */
export async function runJob(
  context: JobContext,
  identity: JobIdentity,
  command: IngestCommand,
): Promise<void> {
  const { jobId } = identity;
  await refuseOtherCommand(context.storage, jobId, command);
  const tell = (event: EventBody): Promise<void> =>
    context.tell({
      ...event,
      job_id: jobId,
      at: Temporal.Now.instant().toString(),
      by: 'fetcher',
    });
  const isCancelled = (left: readonly PlanChunk[]): Promise<boolean> =>
    endIfCancelled(context, identity, left);
  if (await isCancelled(openChunks(await readPlan(context.storage, jobId)))) return;
  await tell({ event: 'accepted', command });
  try {
    const before = await readPlan(context.storage, jobId);
    const plan = before ? undefined : await planJob(planContext(context), jobId, command);
    if (plan?.price) await tell({ event: 'quoted', ...plan.price });
    if (plan?.hold) return await tell(heldEvent(plan.hold));
    await reviveChunks(context.storage, jobId);
    const chunks = (await readPlan(context.storage, jobId)) ?? [];
    await tellPlannedChunks(context, jobId);
    await tell(plannedEvent(command, chunks, plan));
    const quote = await readQuote(context.storage, jobId);
    const open = openChunks(chunks);
    const isBatch = comesAsFiles(command, quote, context.batchAboveBytes);
    const batch = { ...context, folder: context.batchFolder };
    if (await isCancelled(open)) return;
    const files = isBatch
      ? await downloadBatch(batch, quote?.requests ?? [], chunks, open)
      : new Map<string, null>();
    for (const [index, chunk] of open.entries()) {
      if (await isCancelled(open.slice(index))) return;
      const report = (part: PartReport) => tell(receivedEvent(chunk, part, quote));
      const batchFile = files.get(chunk.chunkId);
      const sources = { ...context, report, ...(batchFile !== undefined && { batchFile }) };
      const fetched = await fetchOne(sources, identity, command, chunk);
      await tell({ event: 'chunk_fetched', chunk_id: chunk.chunkId, ...fetched });
      // Its bytes are in the archive now.
      if (batchFile) await rm(batchFile, { force: true });
    }
    if (isBatch) await removeBatch(batch, quote?.requests ?? [], chunks);
  } catch (error) {
    const failure = asFailure(error, command);
    if (!failure) throw error;
    await tell({ event: 'failed', ...failure, batch_id: null });
  }
}

/** Chunks that are still to be fetched, for this job. */
const openChunks = (plan: readonly PlanChunk[] = []): PlanChunk[] =>
  plan.filter((chunk) => !chunk.shared && chunk.state === 'planned');

/** Whether the job comes as files: as it says, or by its size. Limited requests are small. */
const comesAsFiles = (command: IngestCommand, quote: Quote | null, above: number): boolean =>
  !isFileRequest(command) &&
  command.limit === undefined &&
  (command.delivery === undefined
    ? (quote?.bytes ?? 0) > above
    : command.delivery === 'batch' && (quote?.bytes ?? 0) > 0);

const planContext = ({ archive, ...context }: JobContext) => ({
  ...context,
  isArchived: ({ chunkId, request }: Purchasable) =>
    archive.has({ chunkId: request.replays ?? chunkId, request }),
});

/** A job that was only to be planned has ended; another waits for a person. */
function heldEvent({ reason, message }: NonNullable<JobPlan['hold']>): EventBody {
  if (reason !== 'dry_run') return { event: 'awaiting_approval', reason, message };
  const totals = { fetched: 0, stored: 0, quarantined: 0, filtered: 0 };
  return { event: 'completed', totals, reason, message };
}

function receivedEvent(chunk: PlanChunk, part: PartReport, quote: Quote | null): EventBody {
  const { dataset, schema } = chunk.request;
  const usdPerByte = quote && quote.bytes > 0 ? quote.usd / quote.bytes : 0;
  return {
    event: 'received',
    chunk_id: chunk.chunkId,
    part: part.part,
    dataset,
    schema,
    records: part.records,
    bytes: part.bytes,
    repeated: part.repeated,
    is_cut: part.isCut,
    usd: part.bytes * usdPerByte,
  };
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
    chunks: plannedChunks(chunks),
    not_found: [...(plan?.notFound ?? [])],
    partial: [...(plan?.partial ?? [])],
    reason: plan?.nothing?.reason ?? null,
    message: plan?.nothing?.message ?? plan?.note ?? null,
  };
}

const NOTHING_FETCHED: FetchedChunk = {
  fetched: 0,
  batches: 0,
  skipped: 0,
  bytes: 0,
  truncated: null,
};

async function fetchOne(
  sources: Parameters<typeof openChunk>[0] & Pick<JobContext, 'publish' | 'storage' | 'tell'>,
  identity: JobIdentity,
  command: IngestCommand,
  chunk: PlanChunk,
): Promise<FetchedChunk> {
  const open = await openChunk(sources, command, chunk);
  // Weekends and holidays inside a range answer so; there is nothing to fetch then.
  const instruments = chunk.request.symbols.includes(ALL_SYMBOLS) ? new Set<number>() : undefined;
  const fetched = open
    ? await fetchChunk({ ...identity, ...chunk }, open.source, sources.publish, instruments)
    : NOTHING_FETCHED;
  if (chunk.request.replaces !== undefined && fetched.fetched === 0) {
    throw new EmptyReplacementError(chunk.request);
  }
  await open?.keep();
  if (instruments && !isFileRequest(command)) {
    const { dataset } = chunk.request;
    await nameInstruments(sources, identity.jobId, dataset, instruments, requestRange(command));
  }
  return fetched;
}

/** The source has nothing any more where something is held: a person should look before that is given up. */
class EmptyReplacementError extends Error {
  readonly code = 'no_records';
  override readonly name = 'EmptyReplacementError';
  constructor({ start, end }: PlanChunk['request']) {
    const range = `${formatTimestamp(BigInt(start))} to ${formatTimestamp(BigInt(end))}`;
    super(
      `the source has no records any more from ${range}, of which some are held: they are kept`,
    );
  }
}

/** Why no further try can help, or undefined if one may. */
function asFailure(error: unknown, command: IngestCommand): Failure | undefined {
  if (error instanceof DatabentoError && !error.retryable) {
    return { reason: 'upstream_refused', message: error.message };
  }
  if (error instanceof UndecidedRangeError && !error.passes) {
    return { reason: 'undecided_range', message: error.message };
  }
  if (error instanceof ArchiveError && !error.retryable) {
    return { reason: 'archive_failed', message: error.message };
  }
  if (error instanceof OutOfRangeError || error instanceof EmptyReplacementError) {
    return { reason: error.code, message: error.message };
  }
  if (!isFileRequest(command)) return undefined;
  const code = String((error as { code?: unknown }).code);
  if (!(error instanceof DbnError) && !['ENOENT', 'EACCES', 'EISDIR'].includes(code)) {
    return undefined;
  }
  return { reason: 'unreadable_file', message: `${command.file}: ${(error as Error).message}` };
}
