/** Records that came once come again, from the archive: to be tried under the rules of now. */
import type { JobEvent, ReplayCommand } from '@tapeline/contracts';
import { beginReplay, endReplay, planChunkReplay, readPlan } from '@tapeline/storage';
import type { PlanChunk, ReplayedChunk, ReplayPlan, Storage } from '@tapeline/storage';
import { fetchChunk } from './fetch-chunk.js';
import type { ChunkToFetch, Publish } from './fetch-chunk.js';
import { plannedChunks } from './planned-chunks.js';
import type { ChunkArchive } from './receive/chunk-archive.js';
import { openArchived } from './receive/open-chunk.js';
import { tellPlannedChunks } from './tell-plan.js';

export interface ReplayContext {
  readonly storage: Storage;
  readonly archive: ChunkArchive;
  readonly publish: Publish;
  /** Appends an event and resolves when it is stored. */
  readonly tell: (event: JobEvent) => Promise<void>;
}

export interface ReplayIdentity {
  readonly replayId: string;
  /** Stream sequence of the command. */
  readonly attempt: number;
}

/**
 * Runs a replay, or goes on with it. Refused records come in their batches, as does a dry run of whole chunks: the
 * writer takes of them what the replay is about. Whole chunks otherwise become chunks that replace those of now.
 */
export async function runReplay(
  context: ReplayContext,
  { replayId, attempt }: ReplayIdentity,
  command: ReplayCommand,
): Promise<void> {
  const { storage } = context;
  const plan = await beginReplay(storage, replayId, command);
  if (!plan) return;
  if (plan.selected === 0) return endReplay(storage, replayId, 'completed', nothingFor(command));
  const missing = await firstMissing(context.archive, plan);
  if (missing) {
    const text = `the archive does not have the bytes of chunk ${missing.archivedAs}: nothing was changed`;
    return endReplay(storage, replayId, 'failed', text);
  }
  if (command.source === 'archive' && !command.dry_run) {
    return replaceChunks(context, { replayId, attempt }, command, plan);
  }
  const replay = command.dry_run ? `${replayId}:dry` : replayId;
  for (const chunk of plan.chunks) {
    const { chunkId, request, batchIds } = chunk;
    const only = batchIds && { only: new Set(batchIds) };
    await publishArchived(
      context,
      { jobId: replayId, attempt, chunkId, request, replay, ...only },
      chunk,
    );
  }
}

const nothingFor = ({ source }: ReplayCommand): string =>
  source === 'quarantine'
    ? 'no open record is meant by the filter'
    : 'no complete chunk with records is meant by the filter';

async function firstMissing(
  archive: ChunkArchive,
  plan: ReplayPlan,
): Promise<ReplayedChunk | undefined> {
  for (const chunk of plan.chunks) {
    if (!(await archive.has({ chunkId: chunk.archivedAs, request: chunk.request }))) return chunk;
  }
  return undefined;
}

async function publishArchived(
  { archive, publish }: ReplayContext,
  chunk: ChunkToFetch,
  { archivedAs }: Pick<ReplayedChunk, 'archivedAs'>,
) {
  const source = await openArchived(archive, { chunkId: archivedAs, request: chunk.request });
  if (!source) throw new Error(`the archive has lost chunk ${archivedAs}`);
  return fetchChunk(chunk, source, publish);
}

/** Whole chunks are a job: its chunks stand in the place of others when they are complete. */
async function replaceChunks(
  context: ReplayContext,
  { replayId, attempt }: ReplayIdentity,
  command: ReplayCommand,
  plan: ReplayPlan,
): Promise<void> {
  const { storage } = context;
  const stamp = () => ({
    job_id: replayId,
    at: Temporal.Now.instant().toString(),
    by: 'fetcher',
  });
  await context.tell({ ...stamp(), event: 'accepted', command });
  await planChunkReplay(storage, replayId, command, plan.chunks);
  const chunks = (await readPlan(storage, replayId)) ?? [];
  await tellPlannedChunks(context, replayId);
  await context.tell({ ...stamp(), event: 'planned', ...plannedFields(chunks) });
  for (const { chunkId, request, state } of chunks) {
    if (state !== 'planned') continue;
    const chunk = { jobId: replayId, attempt, chunkId, request };
    const archivedAs = request.replays ?? chunkId;
    const fetched = await publishArchived(context, chunk, { archivedAs });
    await context.tell({ ...stamp(), event: 'chunk_fetched', chunk_id: chunkId, ...fetched });
  }
}

const plannedFields = (chunks: readonly PlanChunk[]) => ({
  dataset: chunks[0]?.request.dataset ?? '',
  schema: chunks[0]?.request.schema ?? '',
  chunks: plannedChunks(chunks),
  not_found: [],
  partial: [],
  reason: null,
  message: null,
});
