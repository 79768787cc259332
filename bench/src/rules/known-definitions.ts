import { allocateColumn } from '@tapeline/records';
import type { ColumnData } from '@tapeline/records';
import type { ColumnLookup } from '@tapeline/rules';
import { TICK } from '../dbn/market.js';
import type { TickAndClass } from './previous-prices.js';

const FUTURE = 0x46;
const UNSET_TICK_RULE = 255;

/** The definition of a future with the market's tick for every record, for either side of the benchmark. */
export function knownDefinitions(length: number): {
  readonly lookup: ColumnLookup;
  readonly byHand: TickAndClass;
} {
  const byHand = {
    minPriceIncrement: new BigInt64Array(length).fill(TICK),
    tickRule: new Uint8Array(length).fill(UNSET_TICK_RULE),
    instrumentClass: new Uint8Array(length).fill(FUTURE),
  };
  const columns: Readonly<Record<string, ColumnData>> = {
    min_price_increment: byHand.minPriceIncrement,
    tick_rule: byHand.tickRule,
    instrument_class: byHand.instrumentClass,
  };
  const lookup: ColumnLookup = {
    column: (column, batch) => ({
      data: columns[column.name] ?? allocateColumn(column, batch.length),
    }),
  };
  return { lookup, byHand };
}
