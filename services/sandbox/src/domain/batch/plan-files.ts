import type { DbnMetadata } from '@tapeline/dbn';
import { DAY_NS, utcDate } from '@tapeline/records';
import type { RecordQuery, TimeRange } from '../market-source.js';
import type { RangePlan } from '../plan-range.js';
import type { BatchRequest } from './batch-request.js';
import { splitRange } from './split-range.js';

type Mapping = DbnMetadata['mappings'][number];

export interface FilePlan {
  /** Such as `glbx-mdp3-20240701.trades.dbn.zst`. */
  readonly filename: string;
  readonly query: RecordQuery;
  readonly metadata: DbnMetadata;
}

/** The data files of a job, in order, those without records included: they will not be written. */
export function* planFiles(plan: RangePlan, request: BatchRequest): Generator<FilePlan> {
  const { dataset, schema } = plan.query;
  const prefix = dataset.toLowerCase().replaceAll('.', '-');
  const ending = request.compression === 'zstd' ? 'dbn.zst' : 'dbn';
  for (const { label, start, end } of splitRange(plan.query, request.splitDuration)) {
    const range = { start, end };
    const mappings = plan.metadata.mappings.flatMap((mapping) => clip(mapping, range));
    const whole = { ...plan.metadata, ...range, mappings };
    if (!request.splitSymbols) {
      const filename = `${prefix}-${label}.${schema.name}.${ending}`;
      yield { filename, query: { ...plan.query, ...range }, metadata: whole };
      continue;
    }
    for (const mapping of mappings) {
      const { rawSymbol } = mapping;
      yield {
        filename: `${prefix}-${label}.${schema.name}.${fileSafe(rawSymbol)}.${ending}`,
        query: { ...plan.query, ...range, selection: selectionOf(mapping, request.stypeOut) },
        metadata: {
          ...whole,
          symbols: [rawSymbol],
          partial: [],
          notFound: [],
          mappings: [mapping],
        },
      };
    }
  }
}

/** A name must not lead into another folder. */
const fileSafe = (symbol: string): string => symbol.replaceAll(/[/\\\0]/g, '_');

/** What a symbol means on the dates of a range; empty if nothing. */
function clip({ rawSymbol, intervals }: Mapping, { start, end }: TimeRange): Mapping[] {
  const [from, to] = [utcDate(start), utcDate(end - 1n + DAY_NS)];
  const own = intervals
    .filter(({ startDate, endDate }) => startDate < to && endDate > from)
    .map(({ startDate, endDate, symbol }) => ({
      startDate: startDate > from ? startDate : from,
      endDate: endDate < to ? endDate : to,
      symbol,
    }));
  return own.length === 0 ? [] : [{ rawSymbol, intervals: own }];
}

function selectionOf({ rawSymbol, intervals }: Mapping, stypeOut: string) {
  const selection = new Map<number, TimeRange[]>();
  for (const { startDate, endDate, symbol } of intervals) {
    // Either side of a mapping is the instrument.
    const id = Number(stypeOut === 'instrument_id' ? symbol : rawSymbol);
    const ranges = selection.get(id) ?? [];
    ranges.push({ start: midnight(startDate), end: midnight(endDate) });
    selection.set(id, ranges);
  }
  return selection;
}

const midnight = (date: string): bigint => Temporal.Instant.from(`${date}T00:00Z`).epochNanoseconds;
