import { createReadStream } from 'node:fs';
import { isFileRequest } from '@tapeline/contracts';
import type { ChunkRequest, IngestCommand } from '@tapeline/contracts';
import type { HistoricalClient } from '@tapeline/databento';
import { SCHEMAS } from '@tapeline/records';
import type { SchemaName } from '@tapeline/records';
import type { PlanChunk } from '@tapeline/storage';
import { rangeRequest } from '../range-request.js';
import { isUnresolvable } from '../resolve-symbols.js';
import type { ArchiveKey, ChunkArchive, PartCounts } from './chunk-archive.js';
import type { ChunkSpool } from './chunk-spool.js';
import { ReceivedChunk } from './receive-chunk.js';
import type { ChunkOrigin, PartReport } from './receive-chunk.js';

interface Sources {
  readonly client: HistoricalClient;
  readonly archive: ChunkArchive;
  /** A file of a batch job that has the chunk's records; null if it has none. */
  readonly batchFile?: string | null;
  /** Told of each response that was paid for. */
  readonly report: (part: PartReport) => Promise<void>;
}

/** A chunk that can be read, and what makes it part of the archive once it has been. */
export interface OpenChunk {
  readonly source: ReceivedChunk;
  readonly keep: () => Promise<void>;
}

/**
 * Opens a chunk where it can be had for free: in the archive, in what an earlier attempt received, else at
 * its source.
 * @returns undefined if the source has nothing on these days.
 */
export async function openChunk(
  { client, archive, report, batchFile }: Sources,
  command: IngestCommand,
  chunk: PlanChunk,
): Promise<OpenChunk | undefined> {
  const { request } = chunk;
  const base = originOf(request);
  const chunkId = request.replays ?? chunk.chunkId;
  const archived = await openArchived(archive, { chunkId, request });
  if (archived) return { source: archived, keep: () => Promise.resolve() };
  const spool = await archive.spool(chunk);
  const counts: PartCounts[] = [];
  const count = (part: PartReport): void => {
    counts.push({ part: part.part, skip: part.repeated, records: part.records - part.repeated });
  };
  const countAndReport = async (part: PartReport): Promise<void> => {
    count(part);
    await report(part);
  };
  if (batchFile === null) return undefined;
  const file = isFileRequest(command) ? command.file : batchFile;
  const origin =
    file === undefined
      ? await apiOrigin(client, chunk, countAndReport)
      : fileOrigin(file, chunk.expected, isFileRequest(command) ? count : countAndReport);
  if (!origin) return undefined;
  // A file is at hand, so what an earlier attempt had copied of it is of no use.
  if (file !== undefined && spool.parts.length > 0) await spool.discard();
  try {
    const source = await ReceivedChunk.open({ ...base, ...origin, spool });
    return { source, keep: async () => void (await spool.complete(counts)) };
  } catch (error) {
    if (isUnresolvable(error)) return undefined;
    throw error;
  }
}

const originOf = (request: ChunkRequest) => ({
  schema: SCHEMAS[request.schema as SchemaName],
  start: request.start,
  limit: request.limit,
});

/** A chunk as the archive has it, or undefined if it has not. */
export async function openArchived(
  archive: ChunkArchive,
  chunk: ArchiveKey,
): Promise<ReceivedChunk | undefined> {
  const archived = await archive.find(chunk);
  if (!archived) return undefined;
  const parts = archived.parts.map((part, index) => ({ part: index, read: () => part.read() }));
  const base = originOf(chunk.request);
  const expected = archived.records;
  return ReceivedChunk.open({ ...base, ...ARCHIVED, expected, spool: frozen(parts) });
}

type Origin = Pick<ChunkOrigin, 'expected' | 'ask' | 'recount' | 'report'>;

/** Undefined on days without a session, of which Databento says that no symbol resolves. */
async function apiOrigin(
  client: HistoricalClient,
  chunk: PlanChunk,
  report: (part: PartReport) => Promise<void>,
): Promise<Origin | undefined> {
  const request = rangeRequest(chunk.request);
  const recount = () => client.getRecordCount(request);
  try {
    const expected = chunk.expected ?? (await recount());
    return {
      expected,
      ask: async (from) => (await client.getRange({ ...request, ...from })).body,
      recount,
      report,
    };
  } catch (error) {
    if (isUnresolvable(error)) return undefined;
    throw error;
  }
}

const fileOrigin = (
  file: string,
  expected: number | null,
  report: (part: PartReport) => void | Promise<void>,
): Origin => ({
  expected,
  ask: () => Promise.resolve(createReadStream(file)),
  recount: () => Promise.resolve(expected ?? 0),
  report: async (part) => report(part),
});

const ARCHIVED: Pick<ChunkOrigin, 'ask' | 'recount' | 'report'> = {
  ask: () =>
    Promise.reject(
      new Error("the archive's copy of the chunk is short: run 'tapeline archive verify'"),
    ),
  recount: () => Promise.resolve(0),
  report: () => Promise.resolve(),
};

/** Parts to which nothing is added. */
const frozen = (parts: ChunkSpool['parts']): ChunkSpool => ({
  parts,
  begin: () => Promise.reject(new Error('an archived chunk takes no further part')),
  discard: () => Promise.resolve(),
});
