import type { RecordBatch } from '@tapeline/storage';
import type { StreamRequest } from './stream-request.js';

/** The records of a batch that are of the symbols or instruments that are wanted. */
export function selectRecords(
  { batch, symbols }: RecordBatch,
  wanted: Pick<StreamRequest, 'symbols' | 'instrumentIds'>,
): RecordBatch {
  if (!wanted.symbols && !wanted.instrumentIds) return { batch, symbols };
  const ids = batch.column('instrument_id') as Uint32Array;
  const isNamed = symbols.names.map((name) => name !== null && wanted.symbols?.has(name));
  const rows = new Uint32Array(batch.length);
  let count = 0;
  for (let row = 0; row < batch.length; row++) {
    const isWanted = wanted.symbols
      ? isNamed[symbols.slots[row]!]
      : wanted.instrumentIds!.has(ids[row]!);
    if (isWanted) rows[count++] = row;
  }
  const kept = rows.subarray(0, count);
  const slots = Uint32Array.from(kept, (row) => symbols.slots[row]!);
  return { batch: batch.take(kept), symbols: { names: symbols.names, slots } };
}
