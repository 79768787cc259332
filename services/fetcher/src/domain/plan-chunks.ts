/**
 * What has to be requested for a job: per window the instruments that its symbols mean, less what is
 * held or already claimed by other chunks. Pure: resolution and coverage come in, chunks go out.
 */
import { ALL_SYMBOLS, chunkId } from '@tapeline/contracts';
import type { ChunkRequest, HeldRange, StypeIn } from '@tapeline/contracts';
import type { PartitionSpan, SchemaDescription } from '@tapeline/records';
import { EVERY_INSTRUMENT } from '@tapeline/storage';
import type { CoverageClaim } from '@tapeline/storage';
import { chunkWindows } from './chunk-windows.js';
import { pages, SYMBOLS_PER_REQUEST } from './pages.js';
import { intersect, subtract, union } from './time-ranges.js';
import type { TimeRange } from './time-ranges.js';

export interface PlanRequest {
  readonly dataset: string;
  readonly schema: SchemaDescription;
  readonly symbols: readonly string[];
  readonly stypeIn: StypeIn;
  readonly range: TimeRange;
  readonly limit: number | undefined;
  /** How long a chunk lasts; by default as a partition of the schema's table. */
  readonly span?: PartitionSpan | undefined;
}

/** When each instrument is meant by the request's symbols; for ALL_SYMBOLS one for every instrument. */
export type InstrumentRanges = ReadonlyMap<number, readonly TimeRange[]>;

export interface Claim extends TimeRange {
  readonly instrumentId: number;
}

export interface PlannedChunk {
  readonly chunkId: string;
  readonly request: ChunkRequest;
  readonly claims: readonly Claim[];
}

export interface ChunkPlan {
  /** To be requested now. */
  readonly chunks: readonly PlannedChunk[];
  /** Chunks of other jobs, not complete yet, which hold a part of this one. */
  readonly shared: readonly string[];
  /** Whether any part is held already. */
  readonly someHeld: boolean;
}

/** Plans the chunks of an API request. `coverage` holds the claims that overlap it. */
export function planChunks(
  request: PlanRequest,
  instruments: InstrumentRanges,
  coverage: readonly CoverageClaim[],
): ChunkPlan {
  const chunks =
    request.limit === undefined
      ? chunkWindows(request.range, request.span ?? request.schema.partition).flatMap((window) =>
          planWindow(request, window, instruments, coverage),
        )
      : planLimited(request, instruments, coverage);
  const needed = (claim: CoverageClaim): boolean =>
    [...instruments].some(
      ([id, ranges]) => concerns(claim, id) && ranges.some((range) => intersect(range, claim)),
    );
  const own = new Set(chunks.map((chunk) => chunk.chunkId));
  const used = coverage.filter(needed);
  const pending = used.filter(
    (claim) => claim.chunkState !== 'complete' && !own.has(claim.chunkId),
  );
  return {
    chunks,
    shared: [...new Set(pending.map((claim) => claim.chunkId))],
    someHeld: used.some((claim) => claim.chunkState === 'complete'),
  };
}

/** Claims without those of chunks that are yet to replace others: what they claim is held. */
export const standingClaims = (coverage: readonly CoverageClaim[]): CoverageClaim[] =>
  coverage.filter((claim) => !claim.isReplacement || claim.chunkState === 'complete');

/** Whether a claim is on the instrument, or one of both is on every instrument. */
export const concerns = (claim: CoverageClaim, instrumentId: number): boolean =>
  claim.instrumentId === instrumentId ||
  claim.instrumentId === EVERY_INSTRUMENT ||
  instrumentId === EVERY_INSTRUMENT;

/** The claims that a window's answer can make, one for each range of each instrument. */
function wantedIn(window: TimeRange, instruments: InstrumentRanges): Claim[] {
  const wanted: Claim[] = [];
  for (const [instrumentId, ranges] of instruments) {
    for (const range of ranges) {
      const part = intersect(range, window);
      if (part) wanted.push({ instrumentId, ...part });
    }
  }
  return wanted;
}

const overlappingWith = (wanted: readonly Claim[], coverage: readonly CoverageClaim[]) =>
  coverage.filter((claim) =>
    wanted.some((want) => concerns(claim, want.instrumentId) && touches(claim, want)),
  );

/**
 * The first records of a range are one request, made as it was given: what it brings that is held is
 * left out. Its id does not depend on what is held, so that the same command is the same chunk.
 */
function planLimited(
  request: PlanRequest,
  instruments: InstrumentRanges,
  coverage: readonly CoverageClaim[],
): PlannedChunk[] {
  const { symbols, stypeIn, range } = request;
  const wanted = wantedIn(range, instruments);
  const { chunkId: id } = makeChunk(request, symbols, stypeIn, range, [], []);
  if (wanted.length === 0 || coverage.some((claim) => claim.chunkId === id)) return [];
  const overlapping = overlappingWith(wanted, coverage);
  const claims = wanted.flatMap((want) =>
    subtract(
      want,
      overlapping.filter((claim) => concerns(claim, want.instrumentId)),
    ).map((missing) => ({ instrumentId: want.instrumentId, ...missing })),
  );
  if (claims.length === 0) return [];
  return [{ ...makeChunk(request, symbols, stypeIn, range, overlapping, claims), chunkId: id }];
}

function planWindow(
  request: PlanRequest,
  window: TimeRange,
  instruments: InstrumentRanges,
  coverage: readonly CoverageClaim[],
): PlannedChunk[] {
  const wanted = wantedIn(window, instruments);
  if (wanted.length === 0) return [];
  const overlapping = overlappingWith(wanted, coverage);
  if (request.symbols.includes(ALL_SYMBOLS)) return planEverything(request, window, overlapping);
  if (overlapping.length === 0 && request.symbols.length <= SYMBOLS_PER_REQUEST) {
    return [makeChunk(request, request.symbols, request.stypeIn, window, [], wanted)];
  }
  return planMissing(request, wanted, overlapping);
}

/** Overlap, or a claim that ends where the range starts with records at that very time. */
const touches = (claim: CoverageClaim, range: TimeRange): boolean =>
  intersect(claim, range) !== undefined || (claim.endTies > 0 && claim.end === range.start);

/** ALL_SYMBOLS: one request over what no such chunk holds; single instruments held are left out. */
function planEverything(
  request: PlanRequest,
  window: TimeRange,
  overlapping: readonly CoverageClaim[],
): PlannedChunk[] {
  const whole = overlapping.filter((claim) => claim.instrumentId === EVERY_INSTRUMENT);
  return subtract(window, whole).map((missing) => {
    const exclude = overlapping.filter(
      (claim) => touches(claim, missing) && !(claim.endTies === 0 && !intersect(claim, missing)),
    );
    return makeChunk(request, request.symbols, request.stypeIn, missing, exclude, [
      { instrumentId: EVERY_INSTRUMENT, ...missing },
    ]);
  });
}

/** Requests by instrument id: instruments that miss exactly the same range share chunks. */
function planMissing(
  request: PlanRequest,
  wanted: readonly Claim[],
  overlapping: readonly CoverageClaim[],
): PlannedChunk[] {
  const groups = new Map<string, Claim[]>();
  for (const want of wanted) {
    const held = overlapping.filter((claim) => concerns(claim, want.instrumentId));
    for (const missing of subtract(want, held)) {
      const key = `${missing.start}-${missing.end}`;
      const group = groups.get(key) ?? [];
      group.push({ instrumentId: want.instrumentId, ...missing });
      groups.set(key, group);
    }
  }
  const requests = [...groups.values()].flatMap((claims) =>
    pages(claims.toSorted((a, b) => a.instrumentId - b.instrumentId)),
  );
  return requests.map((claims) => {
    const ids = claims.map((claim) => claim.instrumentId);
    const range = claims[0]!;
    const ties = overlapping.filter(
      (claim) =>
        claim.endTies > 0 && claim.end === range.start && ids.some((id) => concerns(claim, id)),
    );
    return makeChunk(request, ids.map(String), 'instrument_id', range, ties, claims);
  });
}

/** A chunk with the id that follows from its request. @param replaces the occasion, if it replaces its claims. */
export function makeChunk(
  request: PlanRequest,
  symbols: readonly string[],
  stypeIn: StypeIn,
  range: TimeRange,
  exclude: readonly CoverageClaim[],
  claims: readonly Claim[],
  replaces?: string,
): PlannedChunk {
  const chunk: ChunkRequest = {
    source: 'api',
    dataset: request.dataset,
    schema: request.schema.name,
    symbols: symbols.toSorted(),
    stype_in: stypeIn,
    start: String(range.start),
    end: String(range.end),
    ...(request.limit !== undefined && { limit: request.limit }),
    ...(replaces !== undefined && { replaces }),
    exclude: exclude.map(heldRange),
  };
  return { chunkId: chunkId(chunk), request: chunk, claims };
}

/** A claim in the form in which a chunk's request names what to leave out. */
export const heldRange = (claim: CoverageClaim): HeldRange => ({
  instrument_id: claim.instrumentId,
  start: String(claim.start),
  end: String(claim.end),
  end_ties: claim.endTies,
});

/** The ranges of each instrument, joined where they touch, within the request's range. */
export function instrumentRanges(
  intervals: readonly Claim[],
  range: TimeRange,
): Map<number, TimeRange[]> {
  const collected = new Map<number, TimeRange[]>();
  for (const { instrumentId, start, end } of intervals) {
    const part = intersect({ start, end }, range);
    if (!part) continue;
    const ranges = collected.get(instrumentId) ?? [];
    ranges.push(part);
    collected.set(instrumentId, ranges);
  }
  for (const [instrumentId, ranges] of collected) collected.set(instrumentId, union(ranges));
  return collected;
}
