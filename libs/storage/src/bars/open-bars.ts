import type { ColumnarBatch } from '@tapeline/records';
import { openAnswer } from '../read/open-answer.js';
import type { RangeQuery, TimeseriesOutcome } from '../read/open-answer.js';
import type { SymbolInterval } from '../read/disjoint-intervals.js';
import { venueNames } from '../read/symbol-names.js';
import type { SymbolNames } from '../read/symbol-names.js';
import type { Member } from '../read/timeseries-statement.js';
import type { Storage } from '../storage.js';
import { BARS } from './bars-schema.js';
import { barsStatement } from './bars-statement.js';
import type { BarSource, BarsSelection } from './bars-statement.js';

export interface BarsQuery
  extends RangeQuery, Pick<BarsSelection, 'windows' | 'width' | 'isFilled' | 'limit'> {
  /** What the bars are made of. */
  readonly schema: BarSource;
}

/**
 * Begins an answer of bars. Each symbol has bars of its own, also where it meant one instrument after the other; of a
 * parent each of its instruments has.
 * @param lookups connections that no reader holds.
 * @param signal stops the statement on the server.
 */
export function openBars(
  storage: Pick<Storage, 'pool'>,
  lookups: Pick<Storage, 'pool'>,
  query: BarsQuery,
  signal: AbortSignal,
): Promise<TimeseriesOutcome> {
  return openAnswer(storage, query, signal, (_, datasetId, intervals) => {
    const series = intervals && seriesOf(intervals, query.stypeIn === 'parent');
    const text = barsStatement({
      ...query,
      source: query.schema,
      datasetId,
      members: series?.members,
    });
    const symbolNames = series ? bySlot(series.names) : venueNames(lookups, query.dataset);
    return Promise.resolve({ text, schema: BARS, symbolNames });
  });
}

/** Numbers of symbols, or of instruments, each with its name. */
function seriesOf(intervals: readonly SymbolInterval[], isByInstrument: boolean) {
  const names: string[] = [];
  const slots = new Map<string | number, number>();
  const members = intervals.map((interval): Member => {
    const key = isByInstrument ? interval.instrumentId : interval.symbol;
    let slot = slots.get(key);
    if (slot === undefined) slots.set(key, (slot = names.push(interval.symbol) - 1));
    return { ...interval, slot };
  });
  return { names, members };
}

const bySlot =
  (names: readonly string[]): SymbolNames =>
  (batch: ColumnarBatch) =>
    Promise.resolve({ names, slots: Uint32Array.from(batch.ordinals(), Number) });
