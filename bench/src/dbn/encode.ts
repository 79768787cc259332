import { compressFrames, decodeRecords, encodeRecords } from '@tapeline/dbn';
import type { ColumnarBatch } from '@tapeline/records';
import { fileSlabs } from './file-pieces.js';
import { metadataSize } from './metadata-size.js';
import type { Meter } from './meter.js';
import type { Outcome, Task } from './ways.js';
import { WORKLOADS } from './workloads.js';

/** As many as a message of the bus carries. */
const BATCH_RECORDS = 10_000;
const BATCHES_PER_SLAB = 10;

/** Ours: records of the source's version from columns. */
export function encode(task: Task, meter: Meter): Outcome {
  const { version } = WORKLOADS[task.workload];
  let records = 0;
  let last: Uint8Array<ArrayBuffer> | undefined;
  for (const batches of columnsOfSlabs(task, meter, BATCH_RECORDS)) {
    for (const batch of batches) {
      last = encodeRecords(batch, version);
      records += batch.length;
    }
  }
  return { records, lastTsEvent: last && lastTsEventOf(task, last) };
}

/** Ours: the same and compressed, a frame of a hundred thousand records at a time. */
export async function encodeZstd(task: Task, meter: Meter): Promise<Outcome> {
  const { version } = WORKLOADS[task.workload];
  let records = 0;
  let last: Uint8Array<ArrayBuffer> | undefined;
  async function* parts(): AsyncGenerator<Uint8Array> {
    for (const batches of columnsOfSlabs(task, meter, BATCHES_PER_SLAB * BATCH_RECORDS)) {
      for (const batch of batches) {
        last = encodeRecords(batch, version);
        records += batch.length;
        yield last;
      }
    }
  }
  for await (const frame of compressFrames(parts())) {
    if (frame.length === 0) throw new Error('a frame is empty');
  }
  return { records, lastTsEvent: last && lastTsEventOf(task, last) };
}

/** Columns of the whole file, some at a time; the meter is paused while they are made. */
function* columnsOfSlabs(
  { workload, rawFile }: Task,
  meter: Meter,
  perBatch: number,
): Generator<ColumnarBatch[]> {
  const { schema, version } = WORKLOADS[workload];
  const stride = schema.recordSize[version];
  const slabBytes = BATCHES_PER_SLAB * BATCH_RECORDS * stride;
  for (const slab of fileSlabs(rawFile, meter, metadataSize(rawFile), slabBytes)) {
    meter.pause();
    const batches: ColumnarBatch[] = [];
    for (let at = 0; at < slab.length; at += perBatch * stride) {
      const bytes = slab.subarray(at, at + perBatch * stride);
      batches.push(decodeRecords(schema, version, bytes, { stride, firstOrdinal: 0 }));
    }
    meter.resume();
    yield batches;
  }
  meter.pause();
}

function lastTsEventOf({ workload }: Task, records: Uint8Array<ArrayBuffer>): bigint {
  const { schema, version } = WORKLOADS[workload];
  const start = records.length - schema.recordSize[version];
  return new DataView(records.buffer).getBigUint64(start + 8, true);
}
