import { DbnDecoder } from '@tapeline/dbn';
import type { DbnBatch } from '@tapeline/dbn';
import { filePieces } from './file-pieces.js';
import type { Meter } from './meter.js';
import type { Outcome, Task } from './ways.js';

/** Ours: pushed in pieces, every column of every batch. */
export const decodeColumns = (task: Task, meter: Meter): Outcome =>
  decode(task, meter, (batch) => batch.columns().column('ts_event') as BigUint64Array);

/** Ours, where one column of twelve is wanted. */
export const decodePrice = (task: Task, meter: Meter): Outcome =>
  decode(task, meter, (batch) => {
    batch.column('price');
    return undefined;
  });

function decode(
  { rawFile }: Task,
  meter: Meter,
  read: (batch: DbnBatch) => BigUint64Array | undefined,
): Outcome {
  const decoder = new DbnDecoder();
  let records = 0;
  let last: BigUint64Array | undefined;
  meter.resume();
  for (const piece of filePieces(rawFile, meter)) {
    for (const batch of decoder.push(piece)) {
      last = read(batch);
      records += batch.length;
    }
  }
  decoder.finish();
  meter.pause();
  return { records, lastTsEvent: last?.at(-1) };
}
