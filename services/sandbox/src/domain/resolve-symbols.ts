import { ALL_SYMBOLS } from '@tapeline/contracts';
import { checkSymbols } from '@tapeline/historical-api';
import type { MeantInterval, Resolution, SymbolsRequest } from '@tapeline/historical-api';
import type { DateCondition, Directory } from './market-source.js';

/** With the instrument that it is or names. */
export interface Interval extends MeantInterval {
  readonly instrumentId: number;
}

/**
 * What symbols stand for, day by day.
 * @param sessions dates with a session: without one in the range nothing resolves.
 * @throws ApiError for combinations that are not offered and for malformed symbols.
 */
export function resolveSymbols(
  directory: Directory,
  sessions: readonly DateCondition[],
  request: SymbolsRequest,
): Resolution<Interval> {
  checkSymbols(request);
  const result = new Map<string, Interval[]>();
  const notFound: string[] = [];
  const named = index(directory);
  for (const symbol of expand(directory, request)) {
    let found = false;
    for (const [key, intervals] of named(symbol, request)) {
      const clipped = join(intervals, request.from, request.to);
      if (!clipped.some((interval) => hasSession(sessions, interval))) continue;
      result.set(key, clipped);
      found = true;
    }
    if (!found) notFound.push(symbol);
  }
  const partial = [...result]
    .filter(([, intervals]) => !covers(intervals, request.from, request.to))
    .map(([key]) => key);
  return { result, partial, notFound };
}

function expand({ listings }: Directory, { symbols }: SymbolsRequest): readonly string[] {
  if (!symbols.includes(ALL_SYMBOLS)) return [...new Set(symbols)];
  return [...new Set(listings.map(({ rawSymbol }) => rawSymbol))];
}

type Named = Iterable<[key: string, Interval[]]>;

/** Looks symbols up; the listings are grouped once for all of them. */
function index(directory: Directory): (symbol: string, request: SymbolsRequest) => Named {
  const groups = new Map<string, typeof directory.listings>();
  const grouped = (kind: string, keyOf: (listing: Directory['listings'][number]) => unknown) => {
    if (!groups.has(kind)) {
      for (const [key, group] of Map.groupBy(directory.listings, keyOf)) {
        groups.set(`${kind}/${String(key)}`, group);
      }
      groups.set(kind, []);
    }
    return (symbol: string) => groups.get(`${kind}/${symbol}`) ?? [];
  };
  return (symbol, { stypeIn, stypeOut }) => {
    if (stypeIn === 'continuous') {
      const intervals = directory
        .aliases(symbol)
        .map(({ instrumentId, from, to }) => interval(from, to, `${instrumentId}`, instrumentId));
      return [[symbol, intervals]];
    }
    const listings =
      stypeIn === 'parent'
        ? grouped('parent', ({ parent }) => parent)(symbol)
        : stypeIn === 'instrument_id'
          ? grouped('id', ({ instrumentId }) => instrumentId)(symbol)
          : grouped('raw', ({ rawSymbol }) => rawSymbol)(symbol);
    const keyed = Map.groupBy(listings, ({ rawSymbol }) =>
      stypeIn === 'parent' ? rawSymbol : symbol,
    );
    return [...keyed].map(([key, group]) => [
      key,
      group.map(({ from, to, rawSymbol, instrumentId }) =>
        interval(from, to, stypeOut === 'raw_symbol' ? rawSymbol : `${instrumentId}`, instrumentId),
      ),
    ]);
  };
}

const interval = (d0: string, d1: string, s: string, instrumentId: number): Interval => ({
  d0,
  d1,
  s,
  instrumentId,
});

/** Intervals cut to the requested dates, in order, neighbours of equal meaning joined. */
function join(intervals: readonly Interval[], from: string, to: string): Interval[] {
  const joined: Interval[] = [];
  for (const part of intervals.toSorted((a, b) => (a.d0 < b.d0 ? -1 : 1))) {
    const d0 = part.d0 > from ? part.d0 : from;
    const d1 = part.d1 < to ? part.d1 : to;
    if (d0 >= d1) continue;
    const last = joined.at(-1);
    if (last && last.s === part.s && d0 <= last.d1) {
      joined[joined.length - 1] = { ...last, d1: d1 > last.d1 ? d1 : last.d1 };
    } else {
      joined.push({ ...part, d0, d1 });
    }
  }
  return joined;
}

const hasSession = (sessions: readonly DateCondition[], { d0, d1 }: Interval): boolean =>
  sessions.some(({ date }) => date >= d0 && date < d1);

function covers(intervals: readonly Interval[], from: string, to: string): boolean {
  let reached = from;
  for (const { d0, d1 } of intervals) {
    if (d0 > reached) return false;
    reached = d1;
  }
  return reached >= to;
}
