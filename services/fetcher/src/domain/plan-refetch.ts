/**
 * What has to be fetched again of what is held: days that Databento changed since they were bought, or all.
 * Such chunks replace what they claim once they are complete, and claim nothing else.
 */
import { ALL_SYMBOLS } from '@tapeline/contracts';
import { parseTimestamp, utcDate } from '@tapeline/records';
import { EVERY_INSTRUMENT } from '@tapeline/storage';
import type { CoverageClaim, DatasetDay } from '@tapeline/storage';
import { UndecidedRangeError } from './await-claims.js';
import { chunkWindows } from './chunk-windows.js';
import { pages } from './pages.js';
import { concerns, makeChunk } from './plan-chunks.js';
import type { ChunkPlan, Claim, InstrumentRanges, PlanRequest } from './plan-chunks.js';
import { intersect, subtract, union } from './time-ranges.js';
import type { TimeRange } from './time-ranges.js';

export interface Refetch {
  readonly what: 'stale' | 'all';
  /** Names the occasion of `all`, so that asking once more is another chunk. */
  readonly jobId: string;
  /** What Databento says of the days in question. */
  readonly days: readonly DatasetDay[];
}

const DAY = 86_400_000_000_000n;

/**
 * Plans the chunks that replace what is held of the instruments. What another such chunk is fetching already is
 * waited for.
 * @throws UndecidedRangeError if all instruments are asked for while some of them are being replaced.
 */
export function planRefetch(
  request: PlanRequest,
  instruments: InstrumentRanges,
  coverage: readonly CoverageClaim[],
  refetch: Refetch,
): Pick<ChunkPlan, 'chunks' | 'shared'> {
  const held = coverage.filter((claim) => claim.chunkState === 'complete');
  const underWay = coverage.filter(
    (claim) => claim.isReplacement && claim.chunkState !== 'complete',
  );
  const wanted = [...instruments].flatMap(([id, ranges]) =>
    id === EVERY_INSTRUMENT
      ? changedOfEvery(ranges, held, refetch)
      : changedOf(id, ranges, held, refetch),
  );
  const shared = new Set<string>();
  const left = wanted.flatMap((piece) => {
    const others = underWay.filter(
      (claim) => concerns(claim, piece.instrumentId) && intersect(claim, piece),
    );
    const single = others.find((claim) => claim.instrumentId !== piece.instrumentId);
    if (piece.instrumentId === EVERY_INSTRUMENT && single) throw beingReplaced(single);
    for (const claim of others) shared.add(claim.chunkId);
    return subtract(piece, others).map((range) => ({ ...piece, ...range }));
  });
  return { chunks: chunksOf(request, left, refetch), shared: [...shared] };
}

/** What is to be replaced of one instrument: its own claims, and what a claim of every instrument adds. */
function changedOf(
  instrumentId: number,
  ranges: readonly TimeRange[],
  held: readonly CoverageClaim[],
  refetch: Refetch,
): Claim[] {
  const own = held.filter((claim) => claim.instrumentId === instrumentId);
  const every = held.filter((claim) => claim.instrumentId === EVERY_INSTRUMENT);
  const changed = union([
    ...own.flatMap((claim) => changedRanges(claim, refetch)),
    // Where an instrument has a claim of its own, its records came with that one.
    ...every
      .flatMap((claim) => changedRanges(claim, refetch))
      .flatMap((range) => subtract(range, own)),
  ]);
  return within(ranges, changed).map((range) => ({ instrumentId, ...range }));
}

/** Ranges of every instrument as such, and of single ones where nothing else is held. */
function changedOfEvery(
  ranges: readonly TimeRange[],
  held: readonly CoverageClaim[],
  refetch: Refetch,
): Claim[] {
  const every = changedOf(EVERY_INSTRUMENT, ranges, held, refetch);
  const singles = new Set(held.map((claim) => claim.instrumentId));
  singles.delete(EVERY_INSTRUMENT);
  const single = [...singles].flatMap((instrumentId) => {
    const own = held.filter((claim) => claim.instrumentId === instrumentId);
    const changed = union(own.flatMap((claim) => changedRanges(claim, refetch)));
    return within(ranges, changed)
      .flatMap((range) => subtract(range, every))
      .map((range) => ({ instrumentId, ...range }));
  });
  return [...every, ...single];
}

/** The parts of a claim that are to be fetched again. Records at its very end belong to it, too. */
function changedRanges(claim: CoverageClaim, { what, days }: Refetch): TimeRange[] {
  const range = { start: claim.start, end: claim.endTies > 0 ? claim.end + 1n : claim.end };
  if (range.start >= range.end) return [];
  if (what === 'all') return [range];
  const changed = days
    .filter(
      ({ lastModifiedDate }) =>
        lastModifiedDate !== null && claim.bought !== null && lastModifiedDate > claim.bought,
    )
    .map(({ date }) => ({ start: parseTimestamp(date), end: parseTimestamp(date) + DAY }));
  return within([range], changed);
}

const within = (ranges: readonly TimeRange[], others: readonly TimeRange[]): TimeRange[] =>
  ranges.flatMap((range) =>
    others.flatMap((other) => {
      const part = intersect(range, other);
      return part ? [part] : [];
    }),
  );

/** Instruments of which exactly the same range is to be replaced share chunks. */
function chunksOf(
  request: PlanRequest,
  wanted: readonly Claim[],
  refetch: Refetch,
): ChunkPlan['chunks'] {
  const span = request.span ?? request.schema.partition;
  const groups = new Map<string, Claim[]>();
  for (const piece of wanted) {
    for (const window of chunkWindows(piece, span)) {
      const kind = piece.instrumentId === EVERY_INSTRUMENT ? 'every' : 'single';
      const key = `${window.start}-${window.end}-${kind}`;
      const group = groups.get(key) ?? [];
      group.push({ instrumentId: piece.instrumentId, ...window });
      groups.set(key, group);
    }
  }
  return [...groups.values()]
    .flatMap((claims) => pages(claims.toSorted((a, b) => a.instrumentId - b.instrumentId)))
    .map((claims) => {
      const range = claims[0]!;
      const isEvery = range.instrumentId === EVERY_INSTRUMENT;
      const symbols = isEvery
        ? [ALL_SYMBOLS]
        : claims.map(({ instrumentId }) => String(instrumentId));
      const stypeIn = isEvery ? request.stypeIn : 'instrument_id';
      return makeChunk(request, symbols, stypeIn, range, [], claims, occasion(range, refetch));
    });
}

/** The same change is the same chunk, whoever asks for it. */
function occasion(range: TimeRange, { what, jobId, days }: Refetch): string {
  if (what === 'all') return `job ${jobId}`;
  const [first, last] = [utcDate(range.start), utcDate(range.end - 1n)];
  const changes = days
    .filter(({ date }) => date >= first && date <= last)
    .map(({ lastModifiedDate }) => lastModifiedDate ?? '');
  return `change of ${changes.toSorted().at(-1)}`;
}

function beingReplaced({ chunkId, chunkState }: CoverageClaim): UndecidedRangeError {
  const passes = chunkState !== 'failed';
  return new UndecidedRangeError(
    passes
      ? `chunk ${chunkId} is replacing a part of this range; waiting for it`
      : `chunk ${chunkId} was to replace a part of this range and has failed: send its job again first`,
    passes,
  );
}
