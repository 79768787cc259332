/** Makes a workload's files, in a process of its own so that its memory is nobody else's. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { compressFrames, encodeMetadata, encodeRecords } from '@tapeline/dbn';
import { ColumnarBatch } from '@tapeline/records';
import { OPEN } from './market.js';
import type { Workload } from './workloads.js';

/** Of records in one piece, which becomes one zstd frame. */
const FRAME_BYTES = 24 * 1024 * 1024;

/** Writes `count` records, uncompressed and as zstd frames, and says how many bytes each file has. */
export async function writeInput(
  workload: Workload,
  count: number,
  rawFile: string,
  zstdFile: string,
): Promise<{ rawBytes: number; zstdBytes: number }> {
  const raw = openSync(rawFile, 'w');
  const zstd = openSync(zstdFile, 'w');
  let rawBytes = 0;
  let zstdBytes = 0;
  async function* written(): AsyncGenerator<Uint8Array> {
    for (const part of parts(workload, count)) {
      writeSync(raw, part);
      rawBytes += part.length;
      yield part;
    }
  }
  try {
    for await (const frame of compressFrames(written())) {
      writeSync(zstd, frame);
      zstdBytes += frame.length;
    }
  } finally {
    closeSync(raw);
    closeSync(zstd);
  }
  return { rawBytes, zstdBytes };
}

function* parts({ schema, version, createFill }: Workload, count: number): Generator<Uint8Array> {
  yield encodeMetadata({
    version,
    dataset: 'GLBX.MDP3',
    schema: schema.code,
    start: OPEN,
    end: null,
    limit: null,
    stypeIn: 'raw_symbol',
    stypeOut: 'instrument_id',
    tsOut: false,
    symbols: ['ESU4'],
    partial: [],
    notFound: [],
    mappings: [],
  });
  const fill = createFill();
  const perFrame = Math.floor(FRAME_BYTES / schema.recordSize[version]);
  for (let done = 0; done < count; done += perFrame) {
    const batch = ColumnarBatch.allocate(schema, Math.min(perFrame, count - done));
    fill(batch);
    yield encodeRecords(batch, version);
  }
}
