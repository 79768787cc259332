/** Columns of statistics, trading status and auctions, in the order of Databento's CSV. */
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
import type { ColumnDescription } from './schema-description.js';

export const statisticsColumns: readonly ColumnDescription[] = [
  tsRecv(16),
  venueTime,
  publisherId,
  instrumentId,
  column('ts_ref', 'timestamp', 24, 'time the statistic refers to, e.g. the date of a settlement'),
  column('price', 'price', 32, 'the statistic, where it is a price'),
  column('quantity', 'i64', 40, 'the statistic, where it is a quantity', {
    nullValue: UNSET.i64,
    wireTypes: ['i32', 'i32', 'i64'],
    wireNulls: [UNSET.i32, UNSET.i32, UNSET.i64],
  }),
  sequence([44, 44, 48]),
  tsInDelta([48, 48, 52]),
  column(
    'stat_type',
    'u16',
    [52, 52, 56],
    '1 opening price, 3 settlement, 4 low, 5 high, 6 cleared volume, 9 open interest, 11 close, …',
  ),
  column('channel_id', 'u16', [54, 54, 58], 'channel of the venue', { nullValue: UNSET.u16 }),
  column('update_action', 'u8', [56, 56, 60], '1 new, 2 delete'),
  column('stat_flags', 'u8', [57, 57, 61], 'bit field whose meaning depends on stat_type'),
];

export const statusColumns: readonly ColumnDescription[] = [
  tsRecv(16),
  tsEvent('time at which the status takes effect at the venue, ns since epoch'),
  publisherId,
  instrumentId,
  column('action', 'u16', 24, '1 pre-open, 7 trading, 8 halt, 9 pause, 12 close, 14 SSR change, …'),
  column('reason', 'u16', 26, '0 none, 1 scheduled, 30 news pending, 50 LULD pause, …'),
  column(
    'trading_event',
    'u16',
    28,
    '0 none, 1 no cancel, 2 change of session, 3 and 4 implied matching on and off',
  ),
  column('is_trading', 'char', 30, 'Y, N, or ~ where it is not known'),
  column('is_quoting', 'char', 31, 'Y, N, or ~ where it is not known'),
  column('is_short_sell_restricted', 'char', 32, 'Y, N, or ~ where it is not known'),
];

const quantity = (name: string, offset: number, meaning: string): ColumnDescription =>
  column(name, 'u32', offset, meaning, { nullValue: UNSET.u32 });

export const imbalanceColumns: readonly ColumnDescription[] = [
  tsRecv(16),
  venueTime,
  publisherId,
  instrumentId,
  column('ref_price', 'price', 24, 'price at which paired and unpaired quantities are calculated'),
  column('auction_time', 'timestamp', 32, 'expected time of the auction, ns since epoch'),
  column('cont_book_clr_price', 'price', 40, 'clearing price against the continuous book'),
  column('auct_interest_clr_price', 'price', 48, 'clearing price of auction orders alone'),
  column('ssr_filling_price', 'price', 56, 'clearing price under short sale restriction'),
  column('ind_match_price', 'price', 64, 'indicative price of the auction'),
  column('upper_collar', 'price', 72, 'highest price allowed in the auction'),
  column('lower_collar', 'price', 80, 'lowest price allowed in the auction'),
  quantity('paired_qty', 88, 'quantity that would match at ref_price'),
  quantity('total_imbalance_qty', 92, 'quantity that would not match at ref_price'),
  quantity('market_imbalance_qty', 96, 'quantity of market orders that would not match'),
  quantity('unpaired_qty', 100, 'quantity left unmatched, where the venue tells it apart'),
  column('auction_type', 'char', 104, "the venue's kind of auction, ~ where it is unset"),
  column('side', 'char', 105, 'side of the imbalance: A ask, B bid, N none'),
  column('auction_status', 'u8', 106, "the venue's status of the auction"),
  column('freeze_status', 'u8', 107, "the venue's freeze status"),
  column('num_extensions', 'u8', 108, 'how often the auction was extended'),
  column('unpaired_side', 'char', 109, 'side of unpaired_qty: A ask, B bid, N none'),
  column('significant_imbalance', 'char', 110, "the venue's grade of imbalance, ~ where unset"),
];
