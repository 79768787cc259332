/** A request's range cut into windows: the units that are generated, merged and sent one by one. */
import type { Session, Slice } from './sessions.js';
import { SLICE_SECONDS } from './sessions.js';
import type { SyntheticSchema } from './synthetic-schemas.js';

const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3_600;
/** Statistics of a session are sent until then. */
const AFTER_CLOSE = HOUR_SECONDS;

export interface Window {
  /** Seconds since epoch; the records' index timestamps are in `[from, to)`. */
  readonly from: number;
  readonly to: number;
  /** What trades in it, in the order of time. */
  readonly slices: readonly SessionSlice[];
}

export interface SessionSlice {
  readonly session: Session;
  /** Position among the session's slices. */
  readonly index: number;
  readonly slice: Slice;
}

/** Seconds of a window: at least one bar, and little enough to hold its records of all instruments. */
const LENGTH: Readonly<Record<Exclude<SyntheticSchema, 'statistics'>, number>> = {
  trades: SLICE_SECONDS,
  tbbo: SLICE_SECONDS,
  'mbp-1': SLICE_SECONDS,
  'ohlcv-1s': HOUR_SECONDS,
  'ohlcv-1m': HOUR_SECONDS,
  'ohlcv-1h': DAY_SECONDS,
  'ohlcv-1d': DAY_SECONDS,
  definition: DAY_SECONDS,
};

/** Windows with trading that overlap `[start, end)`, in order. Times in ns since epoch. */
export function* windowsOf(
  schema: SyntheticSchema,
  sessions: readonly Session[],
  start: bigint,
  end: bigint,
): Generator<Window> {
  const length = schema === 'statistics' ? null : LENGTH[schema];
  const from = Number(start / 1_000_000_000n);
  const to = Number((end + 999_999_999n) / 1_000_000_000n);
  let open: { from: number; to: number; slices: SessionSlice[] } | undefined;
  for (let at = firstSession(sessions, from - DAY_SECONDS); at < sessions.length; at++) {
    const session = sessions[at]!;
    if (session.open - DAY_SECONDS >= to) break;
    if (length === null) {
      const slices = session.slices.map((slice, index) => ({ session, index, slice }));
      const window = { from: session.open, to: session.close + AFTER_CLOSE, slices };
      if (window.from < to && window.to > from) yield window;
      continue;
    }
    for (let index = 0; index < session.slices.length; index++) {
      const slice = session.slices[index]!;
      if (!open || slice.start >= open.to) {
        if (open && open.from < to && open.to > from) yield open;
        const begin = slice.start - (slice.start % length);
        open = { from: begin, to: begin + length, slices: [] };
      }
      open.slices.push({ session, index, slice });
    }
  }
  if (open && open.from < to && open.to > from) yield open;
}

/** Position of the first session that closes after a time, by bisection. */
function firstSession(sessions: readonly Session[], time: number): number {
  let [low, high] = [0, sessions.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sessions[middle]!.close <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}
