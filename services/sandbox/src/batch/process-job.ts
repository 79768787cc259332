import { join } from 'node:path';
import { compressFrames, encodeMetadata } from '@tapeline/dbn';
import type { JobFile, JobResult } from '../domain/batch/batch-job.js';
import type { BatchRequest } from '../domain/batch/batch-request.js';
import { describeFiles } from '../domain/batch/describe-files.js';
import type { FilePlace } from '../domain/batch/describe-files.js';
import { jobDocuments } from '../domain/batch/job-documents.js';
import { planFiles } from '../domain/batch/plan-files.js';
import type { FilePlan } from '../domain/batch/plan-files.js';
import { countRecords } from '../domain/count-records.js';
import { frameRecords } from '../domain/frame-records.js';
import type { MarketSource } from '../domain/market-source.js';
import type { RangePlan } from '../domain/plan-range.js';
import { costOf } from '../domain/prices.js';
import { writeFile } from './write-file.js';

export interface Processing {
  readonly plan: RangePlan;
  readonly request: BatchRequest;
  readonly place: FilePlace;
  /** Exists and is empty. */
  readonly folder: string;
  /** Told how much is done, 0 to 100. */
  readonly onProgress: (percent: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Writes the files of a job. The same request gives the same bytes in the files with records.
 * @throws the file system's errors; the signal's reason.
 */
export async function processJob(source: MarketSource, job: Processing): Promise<JobResult> {
  const { plan, request, place, folder, signal } = job;
  const { schema, start, end } = plan.query;
  const recordSize = schema.recordSize[plan.metadata.version];
  const files: JobFile[] = [];
  const limit = request.limit ?? Infinity;
  let count = 0;
  for (const file of planFiles(plan, request)) {
    signal.throwIfAborted();
    const frames = frameRecords(source.records(file.query), schema, limit - count);
    const counter = { bytes: 0 };
    const written = await writeRecords(folder, file, frames, counter, job);
    if (written) files.push(written);
    count += counter.bytes / recordSize;
    if (count === limit) break;
    job.onProgress(Math.floor(Number(((file.query.end - start) * 99n) / (end - start))));
  }
  const actualSize = files.reduce((sum, { size }) => sum + size, 0);
  for (const { filename, text } of jobDocuments(source, plan, request, place.jobId)) {
    files.push(await writeFile(join(folder, filename), [Buffer.from(text)]));
  }
  const manifest = { job_id: place.jobId, files: describeFiles(files, place) };
  const text = Buffer.from(JSON.stringify(manifest));
  files.push(await writeFile(join(folder, 'manifest.json'), [text]));
  // Symbols that overlap in files of their own are billed once.
  const recordCount = request.splitSymbols ? await countRecords(source, plan) : count;
  const billedSize = recordCount * recordSize;
  const costUsd = costOf(schema.name, billedSize);
  return { recordCount, billedSize, costUsd, actualSize, files };
}

/** A file, unless it has no records. */
async function writeRecords(
  folder: string,
  { filename, metadata }: FilePlan,
  frames: AsyncGenerator<Uint8Array>,
  counter: { bytes: number },
  { request, signal }: Processing,
): Promise<JobFile | undefined> {
  const first = await frames.next();
  if (first.done === true) return undefined;
  const parts = async function* (): AsyncGenerator<Uint8Array> {
    yield encodeMetadata(metadata);
    for (let frame: IteratorResult<Uint8Array> = first; frame.done !== true;) {
      signal.throwIfAborted();
      counter.bytes += frame.value.length;
      yield frame.value;
      frame = await frames.next();
    }
  };
  const isCompressed = request.compression === 'zstd';
  return writeFile(join(folder, filename), isCompressed ? compressFrames(parts()) : parts());
}
