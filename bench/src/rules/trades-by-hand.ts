import { words } from '@tapeline/records';
import type { ColumnarBatch } from '@tapeline/records';
import { PreviousPrices } from './previous-prices.js';
import type { TickAndClass } from './previous-prices.js';

/** The rules of `configs/validation/trades.yaml`, those that refuse first. */
export const HAND_WRITTEN_RULES = [
  'ts_recv_out_of_range',
  'ts_event_out_of_range',
  'not_a_trade',
  'price_undefined',
  'side_unknown',
  'size_not_positive',
  'publisher_unknown',
  'bad_ts_recv',
  'received_before_event',
  'off_tick',
  'price_jump',
  'spread_jump',
  'price_jump_unclassified',
  'ts_event_undefined',
] as const;

export interface HandWrittenResult {
  readonly accepted: ColumnarBatch;
  readonly refused: ColumnarBatch;
  /** Records by rule, in the order of {@link HAND_WRITTEN_RULES}. */
  readonly counts: Uint32Array;
}

/** The high words of 1980 and 2200 in nanoseconds, and the low ones. */
const [FROM_HIGH, FROM_LOW] = halves(Temporal.Instant.from('1980-01-01T00:00Z').epochNanoseconds);
const [TO_HIGH, TO_LOW] = halves(Temporal.Instant.from('2200-01-01T00:00Z').epochNanoseconds);
const [TRADE, ASK, BID, NONE] = [0x54, 0x41, 0x42, 0x4e];
const [BAD_TS_RECV, SNAPSHOT] = [8, 32];
const UNSET_WORD = 0xffff_ffff;

function halves(value: bigint): [number, number] {
  return [Number(value >> 32n), Number(value & 0xffff_ffffn)];
}

const isOutOfRange = (high: number, low: number): boolean =>
  high < FROM_HIGH ||
  (high === FROM_HIGH && low < FROM_LOW) ||
  high > TO_HIGH ||
  (high === TO_HIGH && low >= TO_LOW);

/** The shipped checks of trades as loops over typed arrays, as somebody would write them for this schema only. */
export function checkTradesByHand(
  batch: ColumnarBatch,
  definitions?: TickAndClass,
): HandWrittenResult {
  const counts = new Uint32Array(HAND_WRITTEN_RULES.length);
  const isRefused = refuse(batch, counts);
  let refused = 0;
  for (let rule = 0; rule < 6; rule++) refused += counts[rule]!;
  flag(batch, isRefused, definitions, counts);
  if (refused === 0) return { accepted: batch, refused: batch.slice(0, 0), counts };
  const kept = new Uint32Array(batch.length - refused);
  const out = new Uint32Array(refused);
  for (let row = 0, k = 0, o = 0; row < batch.length; row++) {
    if (isRefused[row] === 1) out[o++] = row;
    else kept[k++] = row;
  }
  return { accepted: batch.take(kept), refused: batch.take(out), counts };
}

/** 1 at each record that is refused. */
function refuse(batch: ColumnarBatch, counts: Uint32Array): Uint8Array {
  const tsRecv = words(batch.column('ts_recv'));
  const tsEvent = words(batch.column('ts_event'));
  const price = words(batch.column('price'));
  const action = batch.column('action') as Uint8Array;
  const side = batch.column('side') as Uint8Array;
  const size = batch.column('size') as Uint32Array;
  const isRefused = new Uint8Array(batch.length);
  for (let row = 0, low = 0; row < batch.length; row++, low += 2) {
    const high = low + 1;
    let rule = -1;
    if (isOutOfRange(tsRecv[high]!, tsRecv[low]!)) rule = 0;
    else if (
      isOutOfRange(tsEvent[high]!, tsEvent[low]!) &&
      !(tsEvent[high] === UNSET_WORD && tsEvent[low] === UNSET_WORD)
    ) {
      rule = 1;
    } else if (action[row] !== TRADE) rule = 2;
    else if (price[high] === 0x7fff_ffff && price[low] === UNSET_WORD) rule = 3;
    else if (side[row] !== ASK && side[row] !== BID && side[row] !== NONE) rule = 4;
    else if (size[row] === 0) rule = 5;
    if (rule < 0) continue;
    counts[rule]!++;
    isRefused[row] = 1;
  }
  return isRefused;
}

/** Counts what is told of records that are kept. */
function flag(
  batch: ColumnarBatch,
  isRefused: Uint8Array,
  definitions: TickAndClass | undefined,
  counts: Uint32Array,
): void {
  const tsRecv = words(batch.column('ts_recv'));
  const tsEvent = words(batch.column('ts_event'));
  const publisher = batch.column('publisher_id') as Uint16Array;
  const flags = batch.column('flags') as Uint8Array;
  const previous = new PreviousPrices(batch, definitions);
  for (let row = 0, low = 0; row < batch.length; row++, low += 2) {
    if (isRefused[row] === 1) continue;
    const high = low + 1;
    if (publisher[row] === 0) counts[6]!++;
    if ((flags[row]! & (BAD_TS_RECV | SNAPSHOT)) === BAD_TS_RECV) counts[7]!++;
    // An unset time is neither before nor after another.
    if (tsEvent[high] === UNSET_WORD && tsEvent[low] === UNSET_WORD) counts[13]!++;
    else if (
      tsRecv[high]! < tsEvent[high]! ||
      (tsRecv[high] === tsEvent[high] && tsRecv[low]! < tsEvent[low]!)
    ) {
      counts[8]!++;
    }
    if (previous.isOffTick(row)) counts[9]!++;
    const jump = previous.enter(row);
    if (jump > 0) counts[9 + jump]!++;
  }
}
