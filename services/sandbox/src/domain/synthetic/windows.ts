/** A request's range cut into windows: the units that are generated, merged and sent one by one. */
import { isSampledSchema } from './sampled-batch.js';
import type { Session, Slice } from './sessions.js';
import { SLICE_SECONDS } from './sessions.js';
import { PRE_OPEN_SECONDS } from './statuses.js';
import type { SyntheticSchema } from './synthetic-schemas.js';

const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3_600;

/** Seconds before the open and after the close, in schemas with windows of whole sessions. */
const SESSION = {
  'ohlcv-eod': { before: 0, after: 0 },
  statistics: { before: 0, after: HOUR_SECONDS },
  status: { before: PRE_OPEN_SECONDS, after: 60 },
} as const;
type SessionSchema = keyof typeof SESSION;

const isOfSession = (schema: SyntheticSchema): schema is SessionSchema =>
  Object.hasOwn(SESSION, schema);

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
const LENGTH: Readonly<Record<Exclude<SyntheticSchema, SessionSchema>, number>> = {
  trades: SLICE_SECONDS,
  tbbo: SLICE_SECONDS,
  'mbp-1': SLICE_SECONDS,
  'mbp-10': SLICE_SECONDS,
  'bbo-1s': SLICE_SECONDS,
  'bbo-1m': SLICE_SECONDS,
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
  if (isOfSession(schema)) {
    yield* sessionWindows(schema, sessions, start, end);
    return;
  }
  const length = LENGTH[schema];
  // The last sample of a slice is stamped at its very end, which is no longer within.
  const after = isSampledSchema(schema) ? 1 : 0;
  const { from, to } = wholeSeconds(start, end);
  let open: { from: number; to: number; slices: SessionSlice[] } | undefined;
  for (let at = firstSession(sessions, from - DAY_SECONDS); at < sessions.length; at++) {
    const session = sessions[at]!;
    if (session.open - DAY_SECONDS >= to) break;
    for (let index = 0; index < session.slices.length; index++) {
      const slice = session.slices[index]!;
      if (!open || slice.start >= open.to) {
        if (open && open.from < to && open.to + after > from) yield lengthen(open, after);
        const begin = slice.start - (slice.start % length);
        open = { from: begin, to: begin + length, slices: [] };
      }
      open.slices.push({ session, index, slice });
    }
  }
  if (open && open.from < to && open.to + after > from) yield lengthen(open, after);
}

const lengthen = (window: Window, seconds: number): Window =>
  seconds === 0 ? window : { ...window, to: window.to + seconds };

function* sessionWindows(
  schema: SessionSchema,
  sessions: readonly Session[],
  start: bigint,
  end: bigint,
): Generator<Window> {
  const { before, after } = SESSION[schema];
  const { from, to } = wholeSeconds(start, end);
  for (let at = firstSession(sessions, from - DAY_SECONDS); at < sessions.length; at++) {
    const session = sessions[at]!;
    const window = { from: session.open - before, to: session.close + after };
    if (window.from >= to) break;
    const slices = session.slices.map((slice, index) => ({ session, index, slice }));
    if (window.to > from) yield { ...window, slices };
  }
}

/** The seconds that a range in ns touches. */
const wholeSeconds = (start: bigint, end: bigint) => ({
  from: Number(start / 1_000_000_000n),
  to: Number((end + 999_999_999n) / 1_000_000_000n),
});

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
