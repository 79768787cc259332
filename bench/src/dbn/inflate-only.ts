import { once } from 'node:events';
import { createZstdDecompress } from 'node:zlib';
import { filePieces } from './file-pieces.js';
import type { Meter } from './meter.js';
import type { Outcome, Task } from './ways.js';
import { metadataSize } from './metadata-size.js';
import { WORKLOADS } from './workloads.js';

/** The best that a decoder behind Node's zstd could reach: its output is counted and dropped. */
export async function inflateOnly(task: Task, meter: Meter): Promise<Outcome> {
  const { schema, version } = WORKLOADS[task.workload];
  const zstd = createZstdDecompress({ chunkSize: 128 * 1024 });
  let bytes = 0;
  zstd.on('data', (chunk: Buffer) => (bytes += chunk.length));
  meter.resume();
  for (const piece of filePieces(task.zstdFile, meter)) {
    await new Promise<void>((resolve, reject) => {
      zstd.write(piece, (error) => (error ? reject(error) : resolve()));
    });
  }
  zstd.end();
  await once(zstd, 'end');
  meter.pause();
  return { records: (bytes - metadataSize(task.rawFile)) / schema.recordSize[version] };
}
