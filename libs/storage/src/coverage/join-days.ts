import { COVERAGE_STATES } from './coverage-row.js';
import type { CoverageRange } from './coverage-row.js';
import { dayStart } from './day-number.js';
import { EVERY_INSTRUMENT } from '../planning/coverage-claim.js';
import type { HeldTimeRange } from '../read/held-ranges.js';
import type { Piece } from './plan-rows.js';
import type { PieceFacts, RowDays } from './row-days.js';

/**
 * Joins days in a row of which the same is to be said.
 * @param onlyStale leaves out all others.
 */
export function joinDays(
  days: RowDays,
  pieces: readonly Piece[],
  factsOf: (piece: Piece | undefined) => PieceFacts,
  onlyStale: boolean,
): CoverageRange[] {
  const ranges: CoverageRange[] = [];
  const isSame = (a: number, b: number): boolean =>
    days.states[a] === days.states[b] &&
    days.degraded[a] === days.degraded[b] &&
    days.stale[a] === days.stale[b] &&
    isSamePiece(pieces[days.pieces[a]!], pieces[days.pieces[b]!]);
  for (let first = 0, next = 0; first < days.states.length; first = next) {
    let quarantined = 0;
    let modified = 0;
    for (next = first; next < days.states.length && isSame(first, next); next++) {
      quarantined += days.quarantined[next]!;
      modified = Math.max(modified, days.modified[next]!);
    }
    const isStale = days.stale[first] === 1;
    if (onlyStale && !isStale) continue;
    const state = COVERAGE_STATES[days.states[first]!]!;
    const piece = pieces[days.pieces[first]!];
    const from = days.from + first;
    const to = days.from + next;
    const isNamed = piece !== undefined && piece.instrumentId !== EVERY_INSTRUMENT;
    ranges.push({
      from,
      to,
      state,
      degraded: days.degraded[first] === 1,
      stale: isStale,
      lastModified: isStale ? modified : null,
      instrumentId: isNamed ? piece.instrumentId : null,
      rawSymbol: piece?.rawSymbol ?? null,
      quarantined,
      parts: mayBePartial(state) ? partsWithin(factsOf(piece).holdings.parts, from, to) : [],
    });
  }
  return ranges;
}

const isSamePiece = (a: Piece | undefined, b: Piece | undefined): boolean =>
  a?.instrumentId === b?.instrumentId && a?.rawSymbol === b?.rawSymbol;

const mayBePartial = (state: CoverageRange['state']): boolean =>
  state === 'held_partly' || state === 'held_quarantined' || state === 'fetching';

/** What is held of the days; nothing is said if they are held whole. */
function partsWithin(parts: readonly HeldTimeRange[], from: number, to: number): HeldTimeRange[] {
  const start = dayStart(from);
  const end = dayStart(to);
  const within = parts
    .filter((part) => part.start < end && part.end > start)
    .map((part) => ({
      start: part.start < start ? start : part.start,
      end: part.end > end ? end : part.end,
    }));
  const [only] = within;
  return within.length === 1 && only?.start === start && only.end === end ? [] : within;
}
