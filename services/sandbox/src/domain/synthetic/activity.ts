/** How much an instrument trades, known without generating the trades. */
import type { Instrument } from './instruments.js';
import { hash, Random } from './random.js';
import type { Session, Slice } from './sessions.js';

/** Part of the lead contract's trading by how many rolls a contract is away from the lead. */
const BY_DISTANCE = [1, 0.08, 0.02, 0.006];
const AFTER_ROLL = 0.1;
const SPREAD = 0.03;

/** Trading of an instrument in a session, relative to the product's lead contract. */
export function shareOfProduct(
  instrument: Instrument,
  chain: readonly Instrument[],
  session: Session,
): number {
  if (instrument.legs) return SPREAD;
  if (instrument.rollDate === null) return 1;
  if (instrument.rollDate <= session.date) return AFTER_ROLL;
  const before = chain.filter(
    ({ legs, rollDate, expiration }) =>
      !legs && rollDate !== null && rollDate > session.date && expiration < instrument.expiration,
  );
  return BY_DISTANCE[before.length] ?? 0;
}

/** How many trades of an instrument fall into a slice whose expectation is given. */
export function tradesInSlice(
  seed: number,
  instrument: Instrument,
  slice: Slice,
  expected: number,
): number {
  if (slice.start >= instrument.expiration) return 0;
  const noise = hash(seed, instrument.id, slice.start) / 2 ** 32;
  const rounding = hash(seed, instrument.id, slice.start, 1) / 2 ** 32;
  return Math.floor(expected * (0.7 + 0.6 * noise) + rounding);
}

/** How busy a session is for the whole product, around 1. */
export function busyness(seed: number, productNumber: number, session: Session): number {
  return 0.75 + 0.5 * new Random(seed, productNumber, 3, session.index).unit();
}
