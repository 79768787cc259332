/** Damages of definitions, statistics, status and imbalances, and of records that a filter leaves out. */
import { UNDEF_PRICE } from '@tapeline/records';
import { ALL, each } from './corpus-entry.js';
import type { CorpusEntry } from './corpus-entry.js';
import { NOON, px } from './sound-record.js';

const NO_QUANTITY = 2n ** 63n - 1n;

const DEFINITIONS: readonly CorpusEntry[] = [
  ...each(['definition'], { raw_symbol: '' }, 'stored, warn symbol_empty'),
  ...each(['definition'], { instrument_class: 'Z' }, 'stored, warn instrument_class_unknown'),
  ...each(['definition'], { instrument_class: 0 }, 'stored, warn instrument_class_unknown'),
  ...'BCFIKMPSTXY'
    .split('')
    .flatMap((letter) => each(['definition'], { instrument_class: letter }, 'stored')),
  ...each(['definition'], { min_price_increment: 0n }, 'stored, warn tick_not_positive'),
  ...each(['definition'], { min_price_increment: -1n }, 'stored, warn tick_not_positive'),
  ...each(['definition'], { min_price_increment: 1n }, 'stored'),
  ...each(['definition'], { min_price_increment: UNDEF_PRICE }, 'stored'),
  ...each(['definition'], { expiration: NOON - 1n }, 'stored, warn expires_before_activation'),
  ...each(['definition'], { expiration: NOON }, 'stored'),
  ...each(
    ['definition'],
    { high_limit_price: px(-2), low_limit_price: px(-1) },
    'stored, warn limits_crossed',
  ),
  ...each(['definition'], { high_limit_price: px(-1), low_limit_price: px(-1) }, 'stored'),
  ...each(['definition'], { leg_count: 2, leg_index: 2 }, 'stored, warn leg_beyond_count'),
  ...each(['definition'], { leg_count: 2, leg_index: 1 }, 'stored'),
];

const STATISTICS: readonly CorpusEntry[] = [
  ...[0, 3, 255].flatMap((action) =>
    each(['statistics'], { update_action: action }, 'stored, warn update_action_unknown'),
  ),
  ...each(['statistics'], { update_action: 2 }, 'stored'),
  ...each(
    ['statistics'],
    { stat_type: 9, price: UNDEF_PRICE, quantity: NO_QUANTITY },
    'stored, warn without_value',
  ),
  ...each(
    ['statistics'],
    { price: UNDEF_PRICE, quantity: NO_QUANTITY },
    'stored, warn settlement_without_price, warn without_value',
  ),
  ...each(['statistics'], { price: UNDEF_PRICE }, 'stored, warn settlement_without_price'),
  ...each(
    ['statistics'],
    { price: UNDEF_PRICE, quantity: NO_QUANTITY, update_action: 2 },
    'stored',
  ),
  ...each(['statistics'], { stat_type: 1, price: UNDEF_PRICE }, 'stored'),
  ...[6, 9].flatMap((type) =>
    each(['statistics'], { stat_type: type, quantity: -1n }, 'stored, warn quantity_negative'),
  ),
  ...each(['statistics'], { stat_type: 9, quantity: 0n }, 'stored'),
  ...each(['statistics'], { stat_type: 12, quantity: -1n }, 'stored'),
  ...each(['statistics'], { price: px(-3763) }, 'stored'),
  // New kinds come every month or two.
  ...each(['statistics'], { stat_type: 9999 }, 'stored'),
];

const STATUS: readonly CorpusEntry[] = [
  ...['is_trading', 'is_quoting', 'is_short_sell_restricted'].flatMap((column) => [
    ...each(['status'], { [column]: 'X' }, 'stored, warn tristate_unknown'),
    ...['Y', 'N', '~'].flatMap((letter) => each(['status'], { [column]: letter }, 'stored')),
    ...each(['status'], { [column]: 0 }, 'stored'),
  ]),
  ...each(['status'], { action: 99 }, 'stored'),
];

const IMBALANCES: readonly CorpusEntry[] = [
  ...each(['imbalance'], { side: 'X' }, 'stored, warn side_unknown'),
  ...each(['imbalance'], { side: 'N' }, 'stored'),
  ...each(['imbalance'], { side: 0 }, 'stored'),
  ...each(['imbalance'], { lower_collar: px(11_001) }, 'stored, warn collars_crossed'),
  ...each(['imbalance'], { lower_collar: px(11_000) }, 'stored'),
  ...each(['imbalance'], { upper_collar: UNDEF_PRICE }, 'stored'),
];

/** Instrument 0 is what the corpus's own filter leaves out: before any rule refuses it. */
const FILTERED: readonly CorpusEntry[] = [
  ...each(ALL, { instrument_id: 0 }, 'filtered no_instrument'),
  ...each(ALL, { instrument_id: 0, ts_event: 1n, publisher_id: 0 }, 'filtered no_instrument'),
];

export const REFERENCE_DAMAGES: readonly CorpusEntry[] = [
  ...DEFINITIONS,
  ...STATISTICS,
  ...STATUS,
  ...IMBALANCES,
  ...FILTERED,
];
