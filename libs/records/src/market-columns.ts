/** Columns of orders, trades, quotes and bars, in the order of Databento's CSV. */
import {
  instrumentId,
  publisherId,
  sequence,
  tsEvent,
  tsInDelta,
  tsRecv,
  UNSET,
  venueTime,
} from './field-columns.js';
import { column } from './schema-description.js';
import type { ColumnDescription, ColumnType } from './schema-description.js';

const ACTIONS = 'A add, C cancel, M modify, R clear, T trade, F fill, N none';
const SIDES = 'aggressor or order side: A ask, B bid, N none';
const FLAGS = 'bit field: 128 last of event, 32 snapshot, 8 bad ts_recv, …';

export const mboColumns: readonly ColumnDescription[] = [
  tsRecv(40),
  venueTime,
  publisherId,
  instrumentId,
  column('action', 'char', 38, ACTIONS),
  column('side', 'char', 39, 'order side: A ask, B bid, N none'),
  column('price', 'price', 24, 'price of the order'),
  column('size', 'u32', 32, 'quantity of the order'),
  column('channel_id', 'u8', 37, 'channel of the source, from 0', { nullValue: UNSET.u8 }),
  column('order_id', 'u64', 16, "the venue's order number, 0 where the book is cleared"),
  column('flags', 'u8', 36, FLAGS),
  tsInDelta(48),
  sequence(52),
];

export const tradeColumns: readonly ColumnDescription[] = [
  tsRecv(32),
  venueTime,
  publisherId,
  instrumentId,
  column('action', 'char', 28, ACTIONS),
  column('side', 'char', 29, SIDES),
  column('depth', 'u8', 31, 'book level of the event, 0 is the top'),
  column('price', 'price', 16, 'price of the event'),
  column('size', 'u32', 24, 'quantity of the event'),
  column('flags', 'u8', 30, FLAGS),
  tsInDelta(40),
  sequence(44),
];

/** A field of a level: name, type, offset within the level's 32 bytes, what it is. */
type LevelField = readonly [name: string, type: ColumnType, offset: number, meaning: string];

const PRICES_AND_SIZES: readonly LevelField[] = [
  ['bid_px', 'price', 0, 'bid'],
  ['ask_px', 'price', 8, 'ask'],
  ['bid_sz', 'u32', 16, 'quantity at the bid'],
  ['ask_sz', 'u32', 20, 'quantity at the ask'],
];
const LEVEL: readonly LevelField[] = [
  ...PRICES_AND_SIZES,
  ['bid_ct', 'u32', 24, 'orders at the bid'],
  ['ask_ct', 'u32', 28, 'orders at the ask'],
];
const CONSOLIDATED_LEVEL: readonly LevelField[] = [
  ...PRICES_AND_SIZES,
  ['bid_pb', 'u16', 24, 'publisher of the bid'],
  ['ask_pb', 'u16', 28, 'publisher of the ask'],
];
const LEVELS_OFFSET = 48;
const LEVEL_BYTES = 32;

function levelColumns(fields: readonly LevelField[], count: number): ColumnDescription[] {
  return Array.from({ length: count }, (_, index) =>
    fields.map(([field, type, offset, meaning]) =>
      column(
        `${field}_${String(index).padStart(2, '0')}`,
        type,
        LEVELS_OFFSET + index * LEVEL_BYTES + offset,
        index === 0 ? `best ${meaning}` : `${meaning} of level ${index}`,
        { level: { field, index } },
      ),
    ),
  ).flat();
}

/** The book after the event, `count` levels on each side, best first. */
export const mbpColumns = (count: number): readonly ColumnDescription[] => [
  ...tradeColumns,
  ...levelColumns(LEVEL, count),
];

const lastTrade: readonly ColumnDescription[] = [
  tsRecv(32, 'end of the interval, ns since epoch'),
  tsEvent('time of the last trade at the matching engine, unset before the first of the session'),
  publisherId,
  instrumentId,
  column('side', 'char', 29, 'side of the last trade: A ask, B bid, N none'),
  column('price', 'price', 16, 'price of the last trade, unset before the first of the session'),
  column('size', 'u32', 24, 'quantity of the last trade', { nullValue: UNSET.u32 }),
  column('flags', 'u8', 30, FLAGS),
];

export const bboColumns: readonly ColumnDescription[] = [
  ...lastTrade,
  sequence(44),
  ...levelColumns(LEVEL, 1),
];

export const cbboColumns: readonly ColumnDescription[] = [
  ...lastTrade,
  ...levelColumns(CONSOLIDATED_LEVEL, 1),
];

export const cmbpColumns: readonly ColumnDescription[] = [
  ...tradeColumns.filter(({ name }) => name !== 'depth' && name !== 'sequence'),
  ...levelColumns(CONSOLIDATED_LEVEL, 1),
];

export const barColumns: readonly ColumnDescription[] = [
  tsEvent('start of the bar, inclusive, ns since epoch'),
  publisherId,
  instrumentId,
  column('open', 'price', 16, 'first price of the bar'),
  column('high', 'price', 24, 'highest price of the bar'),
  column('low', 'price', 32, 'lowest price of the bar'),
  column('close', 'price', 40, 'last price of the bar'),
  column('volume', 'u64', 48, 'quantity traded in the bar'),
];
