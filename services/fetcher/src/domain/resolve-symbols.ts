import { ALL_SYMBOLS } from '@tapeline/contracts';
import type { StypeIn } from '@tapeline/contracts';
import { DatabentoError } from '@tapeline/databento';
import type { HistoricalClient } from '@tapeline/databento';
import type { SymbologyInterval } from '@tapeline/storage';
import { pages } from './pages.js';
import type { PlanRequest } from './plan-chunks.js';

export interface ResolvedSymbols {
  /** What the requested symbols mean. */
  readonly requested: readonly SymbologyInterval[];
  /** The same, and the venue's own symbols of these instruments. */
  readonly intervals: readonly SymbologyInterval[];
  readonly notFound: string[];
  readonly partial: string[];
}

/** Resolves a request's symbols over its days; symbols without a meaning are reported, not thrown. */
export async function resolveSymbols(
  client: HistoricalClient,
  request: PlanRequest,
  dates: { start: string; end: string },
): Promise<ResolvedSymbols> {
  const { dataset, symbols, stypeIn } = request;
  if (symbols.includes(ALL_SYMBOLS)) {
    return { requested: [], intervals: [], notFound: [], partial: [] };
  }
  const resolver = new Resolver(client, dataset, dates);
  // A parent's answer is keyed by the expanded symbols, so each parent is asked for by itself.
  const groups = stypeIn === 'parent' ? symbols.map((symbol) => [symbol]) : pages(symbols);
  for (const group of groups) await resolver.resolve(group, stypeIn);
  const requested = [...resolver.intervals];
  if (stypeIn !== 'raw_symbol') await resolver.resolveTickers(requested);
  return {
    requested: requested.filter((interval) => interval.stypeIn === stypeIn),
    intervals: resolver.intervals.filter((interval) => interval.stypeIn !== 'instrument_id'),
    notFound: resolver.notFound,
    partial: resolver.partial,
  };
}

class Resolver {
  readonly intervals: SymbologyInterval[] = [];
  readonly notFound: string[] = [];
  readonly partial: string[] = [];

  constructor(
    private readonly client: HistoricalClient,
    private readonly dataset: string,
    private readonly dates: { start: string; end: string },
  ) {}

  async resolve(symbols: readonly string[], stypeIn: StypeIn): Promise<void> {
    const answer = await this.ask(symbols, stypeIn);
    if (!answer) {
      this.notFound.push(...symbols);
      return;
    }
    this.notFound.push(...answer.notFound);
    if (stypeIn !== 'parent') this.partial.push(...answer.partial);
    for (const [key, intervals] of Object.entries(answer.result)) {
      for (const { d0, d1, s } of intervals) {
        if (s === '') continue;
        const instrumentId = Number(stypeIn === 'instrument_id' ? key : s);
        const dates = { instrumentId, d0, d1 };
        if (stypeIn === 'instrument_id') {
          this.intervals.push({ stypeIn: 'raw_symbol', symbol: s, ...dates });
          this.intervals.push({ stypeIn, symbol: key, ...dates });
        } else if (stypeIn === 'parent') {
          this.intervals.push({ stypeIn: 'raw_symbol', symbol: key, ...dates });
          this.intervals.push({ stypeIn, symbol: symbols[0]!, ...dates });
        } else {
          this.intervals.push({ stypeIn, symbol: key, ...dates });
        }
      }
    }
  }

  /** The venue's symbols of the instruments that continuous symbols stand for. */
  async resolveTickers(requested: readonly SymbologyInterval[]): Promise<void> {
    const ids = requested
      .filter((interval) => interval.stypeIn === 'continuous')
      .map((interval) => String(interval.instrumentId));
    for (const page of pages([...new Set(ids)])) {
      const answer = await this.ask(page, 'instrument_id');
      for (const [id, intervals] of Object.entries(answer?.result ?? {})) {
        for (const { d0, d1, s } of intervals) {
          if (s === '') continue;
          this.intervals.push({
            stypeIn: 'raw_symbol',
            symbol: s,
            instrumentId: Number(id),
            d0,
            d1,
          });
        }
      }
    }
  }

  /** The answer, or undefined if Databento says that none of the symbols resolves. */
  private async ask(symbols: readonly string[], stypeIn: StypeIn) {
    try {
      return await this.client.resolve({
        dataset: this.dataset,
        symbols: [...symbols],
        stypeIn,
        stypeOut: stypeIn === 'instrument_id' ? 'raw_symbol' : 'instrument_id',
        startDate: this.dates.start,
        endDate: this.dates.end,
      });
    } catch (error) {
      if (isUnresolvable(error)) return undefined;
      throw error;
    }
  }
}

/** Whether Databento's answer means that no symbol resolves: said on days without a session, too. */
export const isUnresolvable = (error: unknown): boolean =>
  error instanceof DatabentoError && error.case === 'symbology_invalid_request';
