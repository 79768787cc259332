import { fileSlabs } from './file-pieces.js';
import { metadataSize } from './metadata-size.js';
import type { Meter } from './meter.js';
import type { Outcome, Task } from './ways.js';

const RECORD_BYTES = 48;
const RECORD_WORDS = RECORD_BYTES / 4;
/** Records at a time; their columns stay in a cache. */
const BLOCK = 2048;

/**
 * The least that columns of trades cost in JavaScript: aligned whole records of one kind, nothing checked,
 * nothing cut, and the same columns overwritten again and again. No decoder can be faster.
 */
export function loopOverWords({ rawFile }: Task, meter: Meter): Outcome {
  const columns = createColumns();
  let records = 0;
  let row = 0;
  meter.resume();
  const slabBytes = BLOCK * RECORD_BYTES * 80;
  for (const slab of fileSlabs(rawFile, meter, metadataSize(rawFile), slabBytes)) {
    const words = new Uint32Array(slab.buffer, slab.byteOffset, slab.length / 4);
    for (let from = 0; from < words.length; from += BLOCK * RECORD_WORDS) {
      const end = Math.min(words.length, from + BLOCK * RECORD_WORDS);
      row = readBlock(words, from, end, columns);
      records += row;
    }
  }
  meter.pause();
  const { buffer } = columns.tsEvent;
  return { records, lastTsEvent: new BigUint64Array(buffer)[row - 1] };
}

const createColumns = () => ({
  tsRecv: new Uint32Array(2 * BLOCK),
  tsEvent: new Uint32Array(2 * BLOCK),
  price: new Uint32Array(2 * BLOCK),
  instrumentId: new Uint32Array(BLOCK),
  size: new Uint32Array(BLOCK),
  tsInDelta: new Int32Array(BLOCK),
  sequence: new Uint32Array(BLOCK),
  publisherId: new Uint16Array(BLOCK),
  action: new Uint8Array(BLOCK),
  side: new Uint8Array(BLOCK),
  flags: new Uint8Array(BLOCK),
  depth: new Uint8Array(BLOCK),
});

function readBlock(
  words: Uint32Array,
  from: number,
  end: number,
  columns: ReturnType<typeof createColumns>,
): number {
  const { tsRecv, tsEvent, price, instrumentId, size, tsInDelta, sequence } = columns;
  const { publisherId, action, side, flags, depth } = columns;
  let row = 0;
  for (let at = from; at < end; at += RECORD_WORDS, row++) {
    publisherId[row] = words[at]! >>> 16;
    instrumentId[row] = words[at + 1]!;
    tsEvent[2 * row] = words[at + 2]!;
    tsEvent[2 * row + 1] = words[at + 3]!;
    price[2 * row] = words[at + 4]!;
    price[2 * row + 1] = words[at + 5]!;
    size[row] = words[at + 6]!;
    const letters = words[at + 7]!;
    action[row] = letters;
    side[row] = letters >>> 8;
    flags[row] = letters >>> 16;
    depth[row] = letters >>> 24;
    tsRecv[2 * row] = words[at + 8]!;
    tsRecv[2 * row + 1] = words[at + 9]!;
    tsInDelta[row] = words[at + 10]!;
    sequence[row] = words[at + 11]!;
  }
  return row;
}
