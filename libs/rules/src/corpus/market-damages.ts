/** Damages of prices, sizes, quotes and bars. */
import { UNDEF_PRICE } from '@tapeline/records';
import { each } from './corpus-entry.js';
import type { CorpusEntry } from './corpus-entry.js';
import {
  BARS,
  DEPTH,
  ORDERS,
  px,
  QUOTES,
  SAMPLES,
  TRADES,
  TRADES_WITH_QUOTES,
} from './sound-record.js';

const BOOK = [...QUOTES, ...DEPTH];
const TRADED = [...TRADES, ...TRADES_WITH_QUOTES, ...BOOK];
const PRICED = [...TRADED, ...ORDERS, ...SAMPLES];
const QUOTED = [...TRADES_WITH_QUOTES, ...BOOK, ...SAMPLES];
const SMALLEST = -(2n ** 63n);
const NO_PRICE = { price: UNDEF_PRICE };

const PRICES: readonly CorpusEntry[] = [
  ...each([...TRADED, ...ORDERS], NO_PRICE, 'quarantined price_undefined'),
  ...each(SAMPLES, NO_PRICE, 'stored'),
  ...['T', 'F'].flatMap((action) =>
    each(ORDERS, { ...NO_PRICE, action }, 'quarantined price_undefined'),
  ),
  ...['R', 'C', 'M', 'N'].flatMap((action) =>
    each([...ORDERS, ...BOOK], { ...NO_PRICE, action }, 'stored'),
  ),
  ...each(PRICED, { price: SMALLEST }, 'stored'),
  ...each(PRICED, { price: UNDEF_PRICE - 1n }, 'stored'),
  ...each(PRICED, { price: 0n }, 'stored'),
  // Crude oil on 2020-04-20.
  ...each(PRICED, { price: px(-3763) }, 'stored'),
  ...each(PRICED, { price: -1n }, 'stored'),
];

const SIZES: readonly CorpusEntry[] = [
  ...each(TRADED, { size: 0 }, 'quarantined size_not_positive'),
  ...each(PRICED, { size: 1 }, 'stored'),
  ...each(PRICED, { size: 2 ** 32 - 1 }, 'stored'),
  ...each(BOOK, { size: 0, action: 'C' }, 'stored'),
  ...each(BOOK, { ...NO_PRICE, size: 0, action: 'R', side: 'N' }, 'stored'),
  ...['A', 'T', 'F'].flatMap((action) =>
    each(ORDERS, { size: 0, action }, 'stored, warn size_zero'),
  ),
  ...['C', 'R'].flatMap((action) => each(ORDERS, { size: 0, action }, 'stored')),
  ...each(SAMPLES, { size: 0 }, 'stored'),
  ...each(ORDERS, { order_id: 0n }, 'stored, warn order_without_number'),
  ...each(ORDERS, { order_id: 0n, action: 'T' }, 'stored'),
];

const NO_BID = { bid_px_00: UNDEF_PRICE, bid_sz_00: 0 };
const NO_ASK = { ask_px_00: UNDEF_PRICE, ask_sz_00: 0 };

const BOTH_SIDES: readonly CorpusEntry[] = [
  ...each(QUOTED, { bid_px_00: px(10_026) }, 'stored, warn crossed'),
  ...each(QUOTED, { bid_px_00: px(10_025) + 1n }, 'stored, warn crossed'),
  ...each(QUOTED, { bid_px_00: px(10_025) }, 'stored, info locked'),
  ...each(QUOTED, { bid_px_00: px(10_025) - 1n }, 'stored'),
  ...each(QUOTED, NO_BID, 'stored'),
  ...each(QUOTED, NO_ASK, 'stored'),
  ...each(QUOTED, { ...NO_BID, ...NO_ASK }, 'stored'),
  ...each(QUOTED, { bid_sz_00: 0 }, 'stored, warn quote_without_size'),
  ...each(QUOTED, { ask_sz_00: 0 }, 'stored, warn quote_without_size'),
  ...each(
    [...TRADES_WITH_QUOTES, ...QUOTES, ...SAMPLES],
    { bid_px_00: px(-100), ask_px_00: px(-50) },
    'stored',
  ),
  ...each(DEPTH, { bid_px_01: px(9975) }, 'stored, warn bids_out_of_order'),
  ...each(DEPTH, { bid_px_09: px(9800) }, 'stored, warn bids_out_of_order'),
  ...each(DEPTH, { ask_px_05: px(10_125) }, 'stored, warn asks_out_of_order'),
  ...each(DEPTH, { ask_px_01: px(10_025) }, 'stored, warn asks_out_of_order'),
  ...each(DEPTH, { ask_px_09: UNDEF_PRICE, bid_px_09: UNDEF_PRICE }, 'stored'),
];

const flat = (price: bigint) => ({ open: price, high: price, low: price, close: price });

const OF_BARS: readonly CorpusEntry[] = [
  ...['open', 'high', 'low', 'close'].flatMap((column) =>
    each(BARS, { [column]: UNDEF_PRICE }, 'quarantined price_undefined'),
  ),
  ...each(BARS, { high: px(9899) }, 'quarantined high_below_low'),
  ...each(BARS, { low: px(10_101) }, 'quarantined high_below_low'),
  ...each(BARS, { open: px(10_100) + 1n }, 'quarantined open_outside_range'),
  ...each(BARS, { open: px(9900) - 1n }, 'quarantined open_outside_range'),
  ...each(BARS, { close: px(10_100) + 1n }, 'quarantined close_outside_range'),
  ...each(BARS, { close: px(9900) - 1n }, 'quarantined close_outside_range'),
  ...each(BARS, { open: px(10_100), close: px(9900) }, 'stored'),
  ...each(BARS, flat(px(-3763)), 'stored'),
  ...each(BARS, flat(0n), 'stored'),
  ...each(BARS, { open: px(-200), high: px(-100), low: px(-300), close: px(-300) }, 'stored'),
  ...each(BARS, { volume: 0n }, 'quarantined volume_not_positive'),
  ...each(BARS, { volume: 1n }, 'stored'),
  ...each(BARS, { volume: 2n ** 64n - 2n }, 'stored'),
];

/** A close or a price. */
const bar = (price: bigint) => flat(price);
const priced = (price: bigint) => ({ price });
const JUMPING = [
  [[...TRADES, ...TRADES_WITH_QUOTES], priced],
  [BARS, bar],
] as const;

/** What depends on the definition of the instrument, and on its record before. */
const KNOWN: readonly CorpusEntry[] = JUMPING.flatMap(([schemas, at]) => [
  ...each(schemas, at(px(10_010)), 'stored, warn off_tick', { instrument: 'future' }),
  ...each(schemas, at(px(10_025)), 'stored', { instrument: 'future' }),
  ...each(schemas, at(px(-10)), 'stored, warn off_tick', { instrument: 'spread' }),
  ...each(schemas, at(px(10_010)), 'stored', { instrument: 'variable tick' }),
  ...each(schemas, at(px(10_010)), 'stored'),
  ...each(schemas, at(px(11_025)), 'stored, warn price_jump', {
    instrument: 'future',
    before: at(px(10_000)),
  }),
  ...each(schemas, at(px(11_000)), 'stored', { instrument: 'future', before: at(px(10_000)) }),
  ...each(schemas, at(px(8975)), 'stored, warn price_jump', {
    instrument: 'future',
    before: at(px(10_000)),
  }),
  ...each(schemas, at(px(2550)), 'stored, info spread_jump', {
    instrument: 'spread',
    before: at(px(25)),
  }),
  ...each(schemas, at(px(-2475)), 'stored', { instrument: 'spread', before: at(px(25)) }),
  ...each(schemas, at(px(15_000) + 1n), 'stored, info price_jump_unclassified', {
    before: at(px(10_000)),
  }),
  ...each(schemas, at(px(15_000)), 'stored', { before: at(px(10_000)) }),
  ...each(schemas, at(px(-15_001)), 'stored, info price_jump_unclassified', {
    before: at(px(-10_000)),
  }),
]);

const ORDERS_AND_QUOTES: readonly CorpusEntry[] = [
  ...each([...ORDERS, ...QUOTES], { price: px(10_010) }, 'stored, warn off_tick', {
    instrument: 'future',
  }),
  ...each([...ORDERS, ...QUOTES], { price: px(9975) }, 'stored', { instrument: 'future' }),
  ...each(QUOTES, { ...NO_PRICE, action: 'R' }, 'stored', { instrument: 'future' }),
];

export const MARKET_DAMAGES: readonly CorpusEntry[] = [
  ...PRICES,
  ...SIZES,
  ...BOTH_SIDES,
  ...OF_BARS,
  ...KNOWN,
  ...ORDERS_AND_QUOTES,
];
