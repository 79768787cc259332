import { readColumn } from '@tapeline/dbn';
import type { RecordBlock } from '@tapeline/dbn';
import { words } from '@tapeline/records';
import type { DbnVersion, SchemaDescription } from '@tapeline/records';

/**
 * How far a chunk has been received: where to go on after a cut. Databento sends records in the order of
 * their index timestamps, and the same request in the same order.
 */
export class ResumePoint {
  readonly #schema: SchemaDescription;
  #received = 0;
  /** Words of the last timestamp; a BigInt for each record would cost more than decoding. */
  #low = 0;
  #high = 0;
  #ties = 0;
  #isOrdered = true;

  constructor(schema: SchemaDescription) {
    this.#schema = schema;
  }

  /** Records taken. */
  get received(): number {
    return this.#received;
  }

  /** Index timestamp of the last record, ns: ask from here on. Undefined before the first. */
  get last(): bigint | undefined {
    return this.#received === 0 ? undefined : (BigInt(this.#high) << 32n) | BigInt(this.#low);
  }

  /** Records at {@link last}: they come again at the start of what is asked for next. */
  get ties(): number {
    return this.#ties;
  }

  /** Whether timestamps never went back; if they did, there is no time from which to go on. */
  get isOrdered(): boolean {
    return this.#isOrdered;
  }

  /** Takes the next records. */
  push(block: RecordBlock, version: DbnVersion): void {
    const times = words(indexTimestamps(this.#schema, block, version));
    let low = this.#low;
    let high = this.#high;
    let ties = this.#ties;
    for (let at = 0; at < times.length; at += 2) {
      const nextLow = times[at]!;
      const nextHigh = times[at + 1]!;
      if (nextLow === low && nextHigh === high) {
        ties++;
        continue;
      }
      if (nextHigh < high || (nextHigh === high && nextLow < low)) this.#isOrdered = false;
      low = nextLow;
      high = nextHigh;
      ties = 1;
    }
    this.#low = low;
    this.#high = high;
    this.#ties = ties;
    this.#received += block.count;
  }
}

/** The times by which the records are ordered, ns since epoch. */
export const indexTimestamps = (
  schema: SchemaDescription,
  { bytes, stride }: RecordBlock,
  version: DbnVersion,
): BigUint64Array<ArrayBuffer> =>
  readColumn(schema, schema.indexColumn, version, bytes, stride) as BigUint64Array<ArrayBuffer>;

/** The first row whose time is not before `time`, ns; the number of rows if there is none. */
export function firstRowAt(times: BigUint64Array<ArrayBuffer>, time: bigint): number {
  const pairs = words(times);
  const low = Number(time & 0xffff_ffffn);
  const high = Number(time >> 32n);
  for (let row = 0; row < times.length; row++) {
    const rowHigh = pairs[2 * row + 1]!;
    if (rowHigh > high || (rowHigh === high && pairs[2 * row]! >= low)) return row;
  }
  return times.length;
}
