import type { HeldRange } from '@tapeline/contracts';

interface Held {
  readonly start: bigint;
  readonly end: bigint;
  /** Records at exactly `end` that are still to be left out. */
  tiesLeft: number;
}

/** Decides record by record, in source order, what a chunk must leave out as held already. */
export class HeldFilter {
  private readonly byInstrument = new Map<number, Held[]>();

  constructor(exclude: readonly HeldRange[]) {
    for (const range of exclude) {
      const held = this.byInstrument.get(range.instrument_id) ?? [];
      held.push({
        start: BigInt(range.start),
        end: BigInt(range.end),
        tiesLeft: range.end_ties,
      });
      this.byInstrument.set(range.instrument_id, held);
    }
  }

  /** Whether anything is to be left out at all. */
  get isEmpty(): boolean {
    return this.byInstrument.size === 0;
  }

  /** Positions of the records to keep. Call it once for each record, in the source's order. */
  keep(instrumentIds: Uint32Array, timestamps: BigUint64Array): Uint32Array {
    const rows = new Uint32Array(instrumentIds.length);
    let kept = 0;
    for (let row = 0; row < instrumentIds.length; row++) {
      const held = this.byInstrument.get(instrumentIds[row]!);
      if (!held || !isHeld(held, timestamps[row]!)) rows[kept++] = row;
    }
    return rows.subarray(0, kept);
  }
}

function isHeld(ranges: Held[], timestamp: bigint): boolean {
  for (const range of ranges) {
    if (timestamp >= range.start && timestamp < range.end) return true;
    if (timestamp === range.end && range.tiesLeft > 0) {
      range.tiesLeft--;
      return true;
    }
  }
  return false;
}
