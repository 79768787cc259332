import { DbnStream } from '@tapeline/dbn';
import { filePieces } from './file-pieces.js';
import type { Meter } from './meter.js';
import type { Outcome, Task } from './ways.js';

/** Ours: a compressed stream, every column of every batch. */
export async function decodeZstd({ zstdFile }: Task, meter: Meter): Promise<Outcome> {
  let records = 0;
  let last: BigUint64Array | undefined;
  meter.resume();
  const stream = await DbnStream.open(pieces(zstdFile, meter));
  for await (const batch of stream) {
    last = batch.columns().column('ts_event') as BigUint64Array;
    records += batch.length;
  }
  meter.pause();
  return { records, lastTsEvent: last?.at(-1) };
}

/** Not a Readable, which would read on while a piece is in use. */
async function* pieces(file: string, meter: Meter): AsyncGenerator<Uint8Array> {
  yield* filePieces(file, meter);
}
