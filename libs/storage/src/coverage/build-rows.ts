import { EVERY_INSTRUMENT } from '../planning/coverage-claim.js';
import { dayHoldings } from './day-holdings.js';
import type { DayHoldings } from './day-holdings.js';
import type { CoverageQuery, CoverageRange, CoverageRow, DayRange } from './coverage-row.js';
import { joinDays } from './join-days.js';
import type { Piece, PlannedRow } from './plan-rows.js';
import type { Holdings } from './read-holdings.js';
import { quarantineKey } from './read-quarantined-days.js';
import type { QuarantinedDays } from './read-quarantined-days.js';
import type { SessionDays } from './read-session-days.js';
import { rowDays } from './row-days.js';
import type { PieceFacts } from './row-days.js';

/** Everything that rows are built from. */
export interface CoverageFacts {
  readonly holdings: readonly Holdings[];
  /** By dataset. */
  readonly sessions: ReadonlyMap<string, SessionDays>;
  readonly quarantined: QuarantinedDays;
}

const NO_SESSIONS: SessionDays = { listed: [], asked: [] };

/** Says for each row what is held. Rows about no day, or without a stale one if these are wanted, fall away. */
export function buildRows(
  rows: readonly PlannedRow[],
  query: Pick<CoverageQuery, 'from' | 'to' | 'stale'>,
  facts: CoverageFacts,
): CoverageRow[] {
  const byInstrument = new Map(
    facts.holdings.map((own) => [keyOf(own, own.instrumentId), own] as const),
  );
  const joined = new Map<string, DayHoldings>();
  return rows.flatMap((row) => {
    const factsOf = (piece: Piece | undefined): PieceFacts => {
      const key = keyOf(row, piece?.instrumentId ?? EVERY_INSTRUMENT);
      let holdings = joined.get(key);
      if (!holdings) {
        const every = byInstrument.get(keyOf(row, EVERY_INSTRUMENT));
        holdings = dayHoldings(byInstrument.get(key), every);
        joined.set(key, holdings);
      }
      return { holdings, quarantined: piece && facts.quarantined.get(key) };
    };
    const span = spanOf(row.pieces, query, factsOf);
    if (span.from >= span.to) return [];
    const sessions = facts.sessions.get(row.dataset) ?? NO_SESSIONS;
    const days = rowDays(span, row.pieces, factsOf, sessions);
    const ranges = trim(joinDays(days, row.pieces, factsOf, query.stale), query);
    const { dataset, schema, symbol } = row;
    return ranges.length > 0 ? [{ dataset, schema, symbol, ranges }] : [];
  });
}

const keyOf = (row: Pick<PlannedRow, 'dataset' | 'schema'>, instrumentId: number): string =>
  quarantineKey(row.dataset, row.schema, instrumentId);

/**
 * Leaves out days without a session at the ends that nobody named: a chunk claims them like any other, and
 * a contract's days may begin or end with a weekend.
 */
function trim(
  ranges: readonly CoverageRange[],
  { from, to }: Pick<CoverageQuery, 'from' | 'to'>,
): readonly CoverageRange[] {
  const hasSession = ({ state }: CoverageRange): boolean => state !== 'no_session';
  const first = from === undefined ? ranges.findIndex(hasSession) : 0;
  const last = to === undefined ? ranges.findLastIndex(hasSession) : ranges.length - 1;
  return first < 0 ? [] : ranges.slice(first, last + 1);
}

/** The days that a row is about: those asked for, else from the first to the last with anything. */
function spanOf(
  pieces: readonly Piece[],
  { from, to }: { from: number | undefined; to: number | undefined },
  factsOf: (piece: Piece) => PieceFacts,
): DayRange {
  if (from !== undefined && to !== undefined) return { from, to };
  let first = Infinity;
  let last = -Infinity;
  for (const piece of pieces) {
    const { touched, fetching } = factsOf(piece).holdings;
    for (const range of [...touched, ...fetching]) {
      if (range.from >= piece.to || range.to <= piece.from) continue;
      first = Math.min(first, Math.max(range.from, piece.from));
      last = Math.max(last, Math.min(range.to, piece.to));
    }
  }
  return { from: from ?? first, to: to ?? last };
}
