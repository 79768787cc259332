import type { FileBlock } from './read-records.js';

/**
 * Blocks of several ordered sources as one ordered sequence, cut where sources alternate. Records of equal
 * timestamps come in the order of their sources.
 */
export async function* mergeFiles(
  sources: readonly AsyncGenerator<FileBlock>[],
): AsyncGenerator<FileBlock> {
  try {
    const cursors = await Promise.all(sources.map(openCursor));
    for (;;) {
      const waiting = cursors.filter(({ block }) => block !== undefined);
      if (waiting.length === 0) return;
      const next = waiting.reduce((best, cursor) =>
        timeOf(cursor) < timeOf(best) ? cursor : best,
      );
      const block = next.block!;
      const end = endOfRun(next, waiting);
      yield slice(block, next.row, end);
      next.row = end;
      if (end === block.times.length) await advance(next);
    }
  } finally {
    await Promise.all(sources.map((source) => source.return(undefined)));
  }
}

interface Cursor {
  readonly source: AsyncGenerator<FileBlock>;
  block: FileBlock | undefined;
  row: number;
}

async function openCursor(source: AsyncGenerator<FileBlock>): Promise<Cursor> {
  const cursor: Cursor = { source, block: undefined, row: 0 };
  await advance(cursor);
  return cursor;
}

async function advance(cursor: Cursor): Promise<void> {
  const { value, done } = await cursor.source.next();
  cursor.block = done ? undefined : value;
  cursor.row = 0;
}

const timeOf = ({ block, row }: Cursor): bigint => block!.times[row]!;

/** First row of the cursor's block that another cursor's record precedes. */
function endOfRun(cursor: Cursor, waiting: readonly Cursor[]): number {
  const { times } = cursor.block!;
  let row = cursor.row + 1;
  const position = waiting.indexOf(cursor);
  const isMine = (time: bigint): boolean =>
    waiting.every(
      (other, index) =>
        other === cursor || (position < index ? time <= timeOf(other) : time < timeOf(other)),
    );
  while (row < times.length && isMine(times[row]!)) row += 1;
  return row;
}

function slice({ file, times, bytes }: FileBlock, from: number, to: number): FileBlock {
  const { stride } = file;
  return {
    file,
    times: times.subarray(from, to),
    bytes: bytes.subarray(from * stride, to * stride),
  };
}
