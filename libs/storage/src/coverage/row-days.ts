import { COVERAGE_STATES } from './coverage-row.js';
import type { CoverageState, DayRange } from './coverage-row.js';
import type { DayHoldings } from './day-holdings.js';
import type { Piece } from './plan-rows.js';
import type { SessionDays } from './read-session-days.js';

/** What is to be said of each day of a row: element `i` is of day `from + i`. */
export interface RowDays {
  readonly from: number;
  /** Index into COVERAGE_STATES. */
  readonly states: Uint8Array;
  readonly degraded: Uint8Array;
  readonly stale: Uint8Array;
  /** Day on which Databento last changed it; 0 if unknown. */
  readonly modified: Int32Array;
  /** Index into the row's pieces; -1 where the symbol meant nothing that is known. */
  readonly pieces: Int32Array;
  readonly quarantined: Uint32Array;
}

/** What is known of a piece; `undefined` stands for the days on which the symbol means nothing known. */
export interface PieceFacts {
  readonly holdings: DayHoldings;
  readonly quarantined: ReadonlyMap<number, number> | undefined;
}

const NOTHING = 0;
const PART = 1;
const WHOLE = 2;
const FETCHING = 4;
const STALE = 8;

/** How Databento lists a day. */
const SESSION = { unknown: 0, none: 1, listed: 2, degraded: 3, missing: 4 } as const;

/** Says of each day of a span what is held. Where a row has two instruments, the one with data counts. */
export function rowDays(
  span: DayRange,
  pieces: readonly Piece[],
  factsOf: (piece: Piece | undefined) => PieceFacts,
  sessions: SessionDays,
): RowDays {
  const length = span.to - span.from;
  const found = new Uint8Array(length);
  const owners = new Int32Array(length).fill(-1);
  const quarantined = new Uint32Array(length);
  // What is held of every instrument is held of whatever the symbol meant on the other days.
  const all = [...pieces.entries(), [-1, undefined] as const];
  for (const [index, piece] of all) {
    const facts = factsOf(piece);
    const days = clip(piece ?? span, span);
    const own = flagsOf(facts.holdings, days);
    for (let day = days.from; day < days.to; day++) {
      const at = day - span.from;
      const flags = own[day - days.from]!;
      if (owners[at] !== -1 && (found[at] !== NOTHING || flags === NOTHING)) continue;
      found[at] = flags;
      owners[at] = index;
      quarantined[at] = facts.quarantined?.get(day) ?? 0;
    }
  }
  const { codes, modified } = sessionCodes(sessions, span);
  const states = new Uint8Array(length);
  const degraded = new Uint8Array(length);
  const stale = new Uint8Array(length);
  for (let at = 0; at < length; at++) {
    const flags = found[at]!;
    const state = stateOf(flags, quarantined[at]! > 0, codes[at]!);
    states[at] = COVERAGE_STATES.indexOf(state);
    const isHeld = state.startsWith('held');
    degraded[at] = isHeld && codes[at] === SESSION.degraded ? 1 : 0;
    stale[at] = (flags & STALE) !== 0 ? 1 : 0;
  }
  return { from: span.from, states, degraded, stale, modified, pieces: owners, quarantined };
}

function stateOf(flags: number, isQuarantined: boolean, session: number): CoverageState {
  const isHeld = (flags & (PART | WHOLE)) !== 0;
  if (isHeld && isQuarantined) return 'held_quarantined';
  if (session === SESSION.none) return 'no_session';
  if (session === SESSION.missing) return 'vendor_missing';
  if ((flags & WHOLE) !== 0) return 'held';
  if ((flags & FETCHING) !== 0) return 'fetching';
  if (isHeld) return 'held_partly';
  return session === SESSION.unknown ? 'unknown' : 'not_bought';
}

/** The flags of each day of a range. */
function flagsOf(holdings: DayHoldings, days: DayRange): Uint8Array {
  const flags = new Uint8Array(Math.max(days.to - days.from, 0));
  const mark = (ranges: readonly DayRange[], flag: number): void => {
    for (const range of ranges) {
      const { from, to } = clip(range, days);
      for (let day = from; day < to; day++) flags[day - days.from]! |= flag;
    }
  };
  mark(holdings.touched, PART);
  mark(holdings.whole, WHOLE);
  mark(holdings.fetching, FETCHING);
  mark(holdings.stale, STALE);
  return flags;
}

function sessionCodes({ listed, asked }: SessionDays, span: DayRange) {
  const codes = new Uint8Array(span.to - span.from);
  const modified = new Int32Array(codes.length);
  for (const range of asked) {
    const { from, to } = clip(range, span);
    if (from < to) codes.fill(SESSION.none, from - span.from, to - span.from);
  }
  for (const { day, condition, lastModified } of listed) {
    if (day < span.from || day >= span.to) continue;
    codes[day - span.from] = codeOf(condition);
    modified[day - span.from] = lastModified ?? 0;
  }
  return { codes, modified };
}

/** A condition that Databento adds one day says at least that the day is listed. */
function codeOf(condition: string): number {
  if (condition === 'degraded' || condition === 'missing') return SESSION[condition];
  return SESSION.listed;
}

const clip = (range: DayRange, within: DayRange): DayRange => ({
  from: Math.max(range.from, within.from),
  to: Math.min(range.to, within.to),
});
