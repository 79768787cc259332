/** A session's official figures, computed from the very trades of the session. */
import { SCHEMAS } from '@tapeline/records';
import type { ColumnarBatch } from '@tapeline/records';
import { batchOfRows } from './batch-of-rows.js';
import type { Row } from './batch-of-rows.js';
import type { Session } from './sessions.js';
import type { SliceTape } from './trade-columns.js';

const STAT_TYPE = {
  openingPrice: 1,
  settlementPrice: 3,
  sessionLow: 4,
  sessionHigh: 5,
  clearedVolume: 6,
  openInterest: 9,
  closePrice: 11,
} as const;

export interface StatisticsTerms {
  readonly instrumentId: number;
  readonly publisherId: number;
  /** 1e-9 units. */
  readonly tick: number;
  /** A venue of futures settles and counts open interest; one of stocks has closing prices. */
  readonly settles: boolean;
  /** Settlement in ticks of a session without a trade before it. */
  readonly modelSettlement: number;
  readonly openInterest: number;
}

const SECOND = 1_000_000_000n;
const MINUTE = 60;
const FINAL_AND_ACTUAL = 3;

interface Figures {
  readonly volume: number;
  readonly low: number;
  readonly high: number;
  /** First trade of the session. */
  readonly first: { readonly price: number; readonly at: bigint };
  /** Price of the last trade up to the time of settlement, if there is one. */
  readonly settled: number | undefined;
}

/** In the order of capture; all between the session's open and one hour after its close. */
export function statisticsBatch(
  terms: StatisticsTerms,
  session: Session,
  slices: readonly SliceTape[],
): ColumnarBatch {
  const figures = figuresOf(session, slices);
  const settlement = figures?.settled ?? terms.modelSettlement;
  const refersTo = Date.parse(`${session.date}T00:00Z`) / 1000;
  const rows: Row[] = [];
  const add = (statType: number, at: bigint, values: Row): void => {
    rows.push({
      ts_event: at,
      ts_recv: at + 20_000n + BigInt(terms.instrumentId % 7_919),
      ts_in_delta: 9_000,
      publisher_id: terms.publisherId,
      instrument_id: terms.instrumentId,
      stat_type: statType,
      update_action: 1,
      stat_flags: 0,
      sequence: rows.length + 1,
      ...values,
    });
  };
  const price = (ticks: number): Row => ({ price: ticks * terms.tick });
  const daily: Row = { ts_ref: BigInt(refersTo) * SECOND };
  const after = (seconds: number, minutes: number): bigint =>
    BigInt(seconds + minutes * MINUTE) * SECOND;

  if (figures) add(STAT_TYPE.openingPrice, figures.first.at, price(figures.first.price));
  const struck = after(session.settle, 15);
  if (terms.settles) {
    const values = { ...price(settlement), ...daily, stat_flags: FINAL_AND_ACTUAL };
    add(STAT_TYPE.settlementPrice, struck, values);
  } else if (figures?.settled !== undefined) {
    add(STAT_TYPE.closePrice, struck, price(figures.settled));
  }
  if (figures) {
    add(STAT_TYPE.sessionLow, after(session.close, 20), price(figures.low));
    add(STAT_TYPE.sessionHigh, after(session.close, 20) + 1_000n, price(figures.high));
  }
  add(STAT_TYPE.clearedVolume, after(session.close, 30), {
    quantity: figures?.volume ?? 0,
    ...daily,
  });
  if (terms.settles) {
    const values = { quantity: terms.openInterest, ...daily };
    add(STAT_TYPE.openInterest, after(session.close, 35), values);
  }
  return batchOfRows(SCHEMAS.statistics, rows);
}

function figuresOf(session: Session, slices: readonly SliceTape[]): Figures | undefined {
  let first: Figures['first'] | undefined;
  let settled: number | undefined;
  let [volume, low, high] = [0, Infinity, -Infinity];
  for (const { tape, start } of slices) {
    for (let i = 0; i < tape.count; i++) {
      const price = tape.price[i]!;
      first ??= { price, at: BigInt(start) * SECOND + BigInt(tape.captured[i]!) };
      volume += tape.size[i]!;
      low = Math.min(low, price);
      high = Math.max(high, price);
    }
    if (start < session.settle && tape.count > 0) settled = tape.price[tape.count - 1];
  }
  return first && { volume, low, high, first, settled };
}
