import type { Position, RecordBatch, RecordCursor } from '@tapeline/storage';

/** A page of records, and where the next one begins, if there is one. */
export interface Page {
  readonly records: Pick<RecordCursor, 'next' | 'close'>;
  readonly next: Position | undefined;
}

interface Key {
  readonly time: bigint;
  readonly ordinal: number;
  readonly instrumentId: number;
}

const keyAt = ({ batch }: RecordBatch, row: number): Key => ({
  time: batch.indexTimestamps()[row]!,
  ordinal: Number(batch.ordinals()[row]),
  instrumentId: Number(batch.column('instrument_id')[row]),
});

const isSame = (a: Key, b: Key): boolean =>
  a.time === b.time && a.ordinal === b.ordinal && a.instrumentId === b.instrumentId;

/**
 * Reads a page whole.
 * @param size records of the page; one more is asked of `source`, and tells whether there is another page.
 * @param from where this one began.
 */
export async function readPage(
  source: Pick<RecordCursor, 'next'>,
  size: number,
  from: Position | undefined,
): Promise<Page> {
  const batches: RecordBatch[] = [];
  for (let next = await source.next(); next; next = await source.next()) batches.push(next);
  const count = batches.reduce((sum, { batch }) => sum + batch.length, 0);
  const waiting = batches.values();
  if (count <= size) return { records: given(waiting), next: undefined };
  const last = batches.pop()!;
  const beyond = keyAt(last, last.batch.length - 1);
  const kept = last.batch.length - 1;
  if (kept > 0) {
    const slots = last.symbols.slots.slice(0, kept);
    batches.push({ batch: last.batch.slice(0, kept), symbols: { ...last.symbols, slots } });
  }
  const equal = countEqualAtEnd(batches, beyond);
  const before = equal === size && from && isSame(from, beyond) ? from.skip : 0;
  return { records: given(batches.values()), next: { ...beyond, skip: before + equal } };
}

function countEqualAtEnd(batches: readonly RecordBatch[], key: Key): number {
  let count = 0;
  for (const records of batches.toReversed()) {
    for (let row = records.batch.length - 1; row >= 0; row--) {
      if (!isSame(keyAt(records, row), key)) return count;
      count++;
    }
  }
  return count;
}

const given = (batches: Iterator<RecordBatch>): Page['records'] => ({
  next: () => Promise.resolve(batches.next().value as RecordBatch | undefined),
  close: () => Promise.resolve(),
});
