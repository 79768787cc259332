import {
  batchId,
  batchMessageId,
  batchRecords,
  batchSubject,
  sha256,
  writeBatchHeader,
} from '@tapeline/contracts';
import type { BatchHeader, ChunkRequest } from '@tapeline/contracts';
import { DbnCorruptError, readColumn } from '@tapeline/dbn';
import type { DbnMetadata, RecordBlock } from '@tapeline/dbn';
import { SCHEMAS } from '@tapeline/records';
import type { SchemaDescription, SchemaName } from '@tapeline/records';
import { BatchCutter } from './cut-batches.js';
import type { RawBatch } from './cut-batches.js';
import { HeldFilter } from './held-filter.js';
import { PublishWindow } from './publish-window.js';
import { TailTies } from './tail-ties.js';

/** Publishes one message and resolves when the stream has stored it. */
export type Publish = (
  subject: string,
  payload: Uint8Array,
  options: { msgId: string; headers: Record<string, string> },
) => Promise<void>;

export interface ChunkToFetch {
  readonly jobId: string;
  /** Stream sequence of the command. */
  readonly attempt: number;
  readonly chunkId: string;
  readonly request: ChunkRequest;
  /** Set if records come again to be tried under the rules of now: see the header of that name. */
  readonly replay?: string;
  /** The batches to publish, if not all. */
  readonly only?: ReadonlySet<string>;
}

/** A chunk's records, in the source's order, no faster than they are taken. */
export interface ChunkSource {
  readonly metadata: DbnMetadata;
  blocks(): AsyncIterable<RecordBlock>;
}

export interface FetchedChunk {
  /** Records published. */
  readonly fetched: number;
  readonly batches: number;
  /** Records left out as held already. */
  readonly skipped: number;
  /** Bytes of all records received. */
  readonly bytes: number;
  /** Where the source stopped because of its limit; null if it reached the end of the range. */
  readonly truncated: { at: string; ties: Record<string, number> } | null;
}

const BATCHES_IN_FLIGHT = 8;

/**
 * Takes a chunk's records from its source and publishes them as raw batches, in order, with at most
 * {@link BATCHES_IN_FLIGHT} unconfirmed. Run again it publishes the same batches under the same ids.
 * @param instruments gets the ids of all records, if it is given.
 * @throws DbnError if the source is not what was asked for, or is cut.
 */
export async function fetchChunk(
  chunk: ChunkToFetch,
  source: ChunkSource,
  publish: Publish,
  instruments?: Set<number>,
): Promise<FetchedChunk> {
  const { request } = chunk;
  const schema = SCHEMAS[request.schema as SchemaName];
  if (source.metadata.schema !== schema.code) {
    throw new DbnCorruptError(
      'wrong_record',
      `the source holds schema number ${source.metadata.schema}, ${schema.code} (${schema.name}) was asked for`,
    );
  }
  const filter = new HeldFilter(request.exclude);
  const tail = new TailTies();
  const window = new PublishWindow(BATCHES_IN_FLIGHT);
  let cutter: BatchCutter | undefined;
  let received = 0;
  let published = 0;
  let batches = 0;
  let bytes = 0;
  const send = async (batch: RawBatch): Promise<void> => {
    if (chunk.only && !chunk.only.has(batchId(chunk.chunkId, batch.sequence))) return;
    published += batch.count;
    batches++;
    await window.add(() => publishBatch(chunk, source, batch, publish));
  };
  let stride: number | undefined;
  for await (const block of source.blocks()) {
    stride ??= block.stride;
    if (block.stride !== stride) {
      throw new DbnCorruptError(
        'wrong_record',
        `records of ${block.stride} bytes follow records of ${stride} in one chunk`,
        { recordIndex: received },
      );
    }
    cutter ??= new BatchCutter(stride, batchRecords(schema));
    received += block.count;
    bytes += block.bytes.length;
    const ids = idsOf(schema, source, block);
    if (instruments) addAll(instruments, ids);
    const kept = leaveOutHeld(schema, source, block, ids, filter, tail);
    for (const batch of cutter.push(kept)) await send(batch);
  }
  for (const batch of cutter?.finish() ?? []) await send(batch);
  await window.drain();
  const { limit } = source.metadata;
  const stopped = source.metadata.end === null || (limit !== null && BigInt(received) >= limit);
  return {
    fetched: published,
    batches,
    skipped: received - published,
    bytes,
    truncated: stopped && tail.tail ? { at: String(tail.tail.at), ties: tail.tail.ties } : null,
  };
}

const readBlock = (
  schema: SchemaDescription,
  column: string,
  { metadata }: ChunkSource,
  { bytes, stride }: RecordBlock,
) => readColumn(schema, column, metadata.version, bytes, stride);

const idsOf = (schema: SchemaDescription, source: ChunkSource, block: RecordBlock) =>
  readBlock(schema, 'instrument_id', source, block) as Uint32Array;

/** Records of one instrument often follow each other. */
function addAll(instruments: Set<number>, ids: Uint32Array): void {
  let last = -1;
  for (const id of ids) {
    if (id !== last) instruments.add(id);
    last = id;
  }
}

/** The records of a block that are not held yet. */
function leaveOutHeld(
  schema: SchemaDescription,
  source: ChunkSource,
  block: RecordBlock,
  ids: Uint32Array,
  filter: HeldFilter,
  tail: TailTies,
): Uint8Array {
  const times = readBlock(schema, schema.indexColumn, source, block) as BigUint64Array;
  tail.push(ids, times);
  if (filter.isEmpty) return block.bytes;
  const rows = filter.keep(ids, times);
  if (rows.length === block.count) return block.bytes;
  const kept = new Uint8Array(rows.length * block.stride);
  rows.forEach((row, index) => {
    const record = block.bytes.subarray(row * block.stride, (row + 1) * block.stride);
    kept.set(record, index * block.stride);
  });
  return kept;
}

async function publishBatch(
  chunk: ChunkToFetch,
  source: ChunkSource,
  batch: RawBatch,
  publish: Publish,
): Promise<void> {
  const { request } = chunk;
  const header: BatchHeader = {
    job_id: chunk.jobId,
    attempt: chunk.attempt,
    chunk_id: chunk.chunkId,
    batch_id: batchId(chunk.chunkId, batch.sequence),
    dataset: request.dataset,
    schema: request.schema as SchemaName,
    dbn_version: source.metadata.version,
    ts_out: source.metadata.tsOut,
    first_ordinal: batch.firstOrdinal,
    fetched: batch.count,
    filtered: 0,
    quarantined: 0,
    sha256: sha256(batch.bytes),
    rules_version: '-',
    part: 'stored',
    ...(chunk.replay !== undefined && { replay: chunk.replay }),
  };
  await publish(batchSubject('raw', request.dataset, request.schema), batch.bytes, {
    msgId: batchMessageId('raw', header),
    headers: writeBatchHeader(header),
  });
}
