import type { Quote } from '@tapeline/contracts';
import type { HistoricalClient, RangeRequest } from '@tapeline/databento';
import type { PlannedChunk } from '../plan-chunks.js';
import { rangeRequest } from '../range-request.js';
import { isUnresolvable } from '../resolve-symbols.js';

/** Chunks that follow each other without a gap and ask for the same: quoted together, at the same price. */
export interface QuoteGroup<Chunk extends Requested = PlannedChunk> {
  readonly request: RangeRequest & { readonly start: string; readonly end: string };
  readonly chunks: readonly Chunk[];
}

type Requested = Pick<PlannedChunk, 'request'>;

export interface QuotedGroup extends QuoteGroup<Requested> {
  readonly quote: Quote;
}

export const NOTHING: Quote = { usd: 0, records: 0, bytes: 0 };

/** Joins chunks into as few requests as say the same, so that a year of days takes one quote. */
export function groupChunks<Chunk extends Requested>(
  chunks: readonly Chunk[],
): QuoteGroup<Chunk>[] {
  const groups: { request: QuoteGroup['request']; chunks: Chunk[] }[] = [];
  const open = new Map<string, (typeof groups)[number]>();
  for (const chunk of chunks.toSorted((a, b) => order(a, b))) {
    const { symbols, stype_in: stypeIn, limit, start, end } = chunk.request;
    const key = JSON.stringify([symbols, stypeIn]);
    const last = open.get(key);
    if (last?.request.end === start && limit === undefined) {
      last.request = { ...last.request, end };
      last.chunks.push(chunk);
      continue;
    }
    const group = { request: { ...rangeRequest(chunk.request), start, end }, chunks: [chunk] };
    groups.push(group);
    if (limit === undefined) open.set(key, group);
  }
  return groups;
}

const order = (a: Requested, b: Requested): number => {
  const difference = BigInt(a.request.start) - BigInt(b.request.start);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};

/** Asks what each group costs. Free of charge. */
export async function quoteChunks(
  client: HistoricalClient,
  chunks: readonly Requested[],
): Promise<QuotedGroup[]> {
  const quoted: QuotedGroup[] = [];
  for (const group of groupChunks(chunks)) {
    quoted.push({ ...group, quote: await quoteRange(client, group.request) });
  }
  return quoted;
}

async function quoteRange(client: HistoricalClient, request: RangeRequest): Promise<Quote> {
  try {
    const [usd, records, bytes] = await Promise.all([
      client.getCost(request),
      client.getRecordCount(request),
      client.getBillableSize(request),
    ]);
    return { usd, records, bytes };
  } catch (error) {
    // Days without a session: nothing is there to be bought.
    if (isUnresolvable(error)) return NOTHING;
    throw error;
  }
}

/** The sum of quotes. */
export const totalQuote = (quotes: readonly Quote[]): Quote =>
  quotes.reduce(
    (sum, { usd, records, bytes }) => ({
      usd: sum.usd + usd,
      records: sum.records + records,
      bytes: sum.bytes + bytes,
    }),
    NOTHING,
  );
