import { derivedColumn, ORDINAL, SCHEMAS } from '@tapeline/records';
import type { ColumnDescription, SchemaDescription } from '@tapeline/records';

const base = SCHEMAS['ohlcv-1d'];
const named = (name: string): ColumnDescription =>
  base.columns.find((column) => column.name === name)!;

/**
 * Bars as an answer has them: `ts_event` is where a bar begins, `instrument_id` the instrument of its close, `ordinal` the
 * number of its symbol.
 */
export const BARS: SchemaDescription = {
  ...base,
  meaning: 'bars',
  columns: [
    ...['ts_event', 'instrument_id', 'open', 'high', 'low', 'close', 'volume'].map(named),
    derivedColumn('trades', 'int', 'how many trades; null where bars are made of bars'),
    derivedColumn(
      'vwap',
      'price',
      'price by volume, rounded to 1e-9; null where bars are made of bars, or nothing was traded',
    ),
    named(ORDINAL),
  ],
};
