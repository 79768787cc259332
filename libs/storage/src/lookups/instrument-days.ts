import { UNDEF_TIMESTAMP, words } from '@tapeline/records';
import type { ColumnarBatch, RecordDescription } from '@tapeline/records';
import { dayAt } from '../write/partitioning.js';

export interface InstrumentDay {
  readonly instrumentId: number;
  /** UTC day since epoch. */
  readonly day: number;
}

/** Which instruments a batch has on which UTC days of its index timestamp. */
export interface InstrumentDays {
  /** Each pair once. */
  readonly pairs: readonly InstrumentDay[];
  /** Of each record the position of its pair, or {@link NO_DAY}. */
  readonly slots: Uint32Array;
}

/** The slot of a record without a time: it has no day. */
export const NO_DAY = 0xffff_ffff;

const UNDEF_HIGH = Number(UNDEF_TIMESTAMP >> 32n);
const UNDEF_LOW = Number(UNDEF_TIMESTAMP & 0xffff_ffffn);

/** Finds the pairs of a batch. Records mostly come by time, so a day's instruments are looked up in one map. */
export function instrumentDays(batch: ColumnarBatch<RecordDescription>): InstrumentDays {
  const ids = batch.column('instrument_id') as Uint32Array;
  const times = batch.column(batch.schema.indexColumn) as BigUint64Array<ArrayBuffer>;
  const halves = words(times);
  return pairSlots(ids, (row) =>
    halves[2 * row] === UNDEF_LOW && halves[2 * row + 1] === UNDEF_HIGH
      ? undefined
      : dayAt(times, halves, row),
  );
}

/** The same for days that are told otherwise. @param dayOf UTC day since epoch of a record, if it has one. */
export function pairSlots(
  ids: Uint32Array,
  dayOf: (row: number) => number | undefined,
): InstrumentDays {
  const slots = new Uint32Array(ids.length);
  const pairs: InstrumentDay[] = [];
  const days = new Map<number, Map<number, number>>();
  let day = -1;
  let ofDay = new Map<number, number>();
  for (let row = 0; row < ids.length; row++) {
    const own = dayOf(row);
    if (own === undefined) {
      slots[row] = NO_DAY;
      continue;
    }
    if (own !== day) {
      day = own;
      ofDay = days.get(day) ?? new Map<number, number>();
      days.set(day, ofDay);
    }
    const instrumentId = ids[row]!;
    let slot = ofDay.get(instrumentId);
    if (slot === undefined) {
      slot = pairs.push({ instrumentId, day }) - 1;
      ofDay.set(instrumentId, slot);
    }
    slots[row] = slot;
  }
  return { pairs, slots };
}
