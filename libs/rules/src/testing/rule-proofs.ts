/** What breaks each shipped rule, and what does not. For tests. */
import { UNDEF_PRICE, UNDEF_TIMESTAMP } from '@tapeline/records';
import type { SchemaName } from '@tapeline/records';
import type { Values } from './rule-files.js';

export const SECOND = 1_000_000_000n;
const YEAR_1980 = 315_532_800n * SECOND;
const YEAR_2200 = 7_258_118_400n * SECOND;
export const DOLLAR = 1_000_000_000n;

export const isBar = (name: SchemaName): boolean => name.startsWith('ohlcv');

/** Records that a rule is about, and records at its edge that it is not about. */
export interface Proof {
  /** Schemas where it differs from the others; else it is for all that have the rule. */
  readonly only?: (name: SchemaName) => boolean;
  readonly breaks: readonly Values[];
  readonly edges: readonly Values[];
  /** The record before. */
  readonly before?: Values;
}

const cleared = { action: 'R', side: 'N', price: UNDEF_PRICE, size: 0 };
const isReference = (name: SchemaName): boolean =>
  name.includes('bbo-') || ['statistics', 'definition', 'status', 'imbalance'].includes(name);
const isTrade = (name: SchemaName): boolean => ['trades', 'tbbo', 'tcbbo'].includes(name);

/** By rule; exactly one for each schema that has it. */
export const PROOFS: Readonly<Record<string, readonly Proof[]>> = {
  ts_recv_out_of_range: [
    {
      breaks: [{ ts_recv: UNDEF_TIMESTAMP }, { ts_recv: YEAR_1980 - 1n }, { ts_recv: YEAR_2200 }],
      edges: [{ ts_recv: YEAR_1980, ts_event: YEAR_1980 }, { ts_recv: YEAR_2200 - 1n }],
    },
  ],
  ts_event_out_of_range: [
    {
      only: (name) => !isBar(name) && !isReference(name),
      breaks: [{ ts_event: 0 }, { ts_event: YEAR_1980 - 1n }, { ts_event: YEAR_2200 }],
      edges: [{ ts_event: YEAR_1980 }, { ts_event: UNDEF_TIMESTAMP }],
    },
    {
      only: isReference,
      breaks: [{ ts_event: 1n }, { ts_event: YEAR_1980 - 1n }, { ts_event: YEAR_2200 }],
      edges: [{ ts_event: 0 }, { ts_event: YEAR_1980 }, { ts_event: UNDEF_TIMESTAMP }],
    },
    {
      only: isBar,
      breaks: [
        { ts_event: UNDEF_TIMESTAMP },
        { ts_event: YEAR_1980 - 1n },
        { ts_event: YEAR_2200 },
      ],
      edges: [{ ts_event: YEAR_1980 }, { ts_event: YEAR_2200 - 1n }],
    },
  ],
  ts_event_undefined: [
    { breaks: [{ ts_event: UNDEF_TIMESTAMP }], edges: [{ ts_event: YEAR_1980 }] },
  ],
  not_a_trade: [
    { breaks: [{ action: 'A' }, { action: 'X' }, { action: 0 }], edges: [{ action: 'T' }] },
  ],
  action_unknown: [
    {
      breaks: [{ action: 'X' }, { action: 0 }, { action: 't' }],
      edges: ['A', 'C', 'M', 'T', 'F', 'N']
        .map((action) => ({ action }))
        .concat([{ ...cleared, action: 'R' }]),
    },
  ],
  side_unknown: [
    {
      only: (name) => name !== 'imbalance',
      breaks: [{ side: 'X' }, { side: 0 }, { side: 'a' }],
      edges: ['A', 'B', 'N'].map((side) => ({ side })),
    },
    { only: (name) => name === 'imbalance', breaks: [{ side: 'X' }], edges: [{ side: 0 }] },
  ],
  price_undefined: [
    {
      only: isTrade,
      breaks: [{ price: UNDEF_PRICE }],
      edges: [{ price: 0n }, { price: -(2n ** 63n) }, { price: UNDEF_PRICE - 1n }],
    },
    {
      only: (name) => ['mbp-1', 'mbp-10', 'cmbp-1'].includes(name),
      breaks: [{ price: UNDEF_PRICE }],
      edges: [{ price: 0n }, { price: -1n }, cleared, { action: 'A', price: UNDEF_PRICE }],
    },
    {
      only: (name) => name === 'mbo',
      breaks: ['A', 'T', 'F'].map((action) => ({ action, price: UNDEF_PRICE })),
      edges: [{ price: -37_630_000_000n }, cleared, { action: 'C', price: UNDEF_PRICE }],
    },
    {
      only: isBar,
      breaks: ['open', 'high', 'low', 'close'].map((column) => ({ [column]: UNDEF_PRICE })),
      edges: [{ open: -2n, high: -1n, low: -3n, close: -3n }],
    },
  ],
  size_not_positive: [
    { only: isTrade, breaks: [{ size: 0 }], edges: [{ size: 1 }, { size: 2 ** 32 - 1 }] },
    {
      only: (name) => !isTrade(name),
      breaks: [{ size: 0 }],
      edges: [{ size: 1 }, { action: 'A', size: 0 }],
    },
  ],
  high_below_low: [{ breaks: [{ high: 0n }], edges: [{ open: 1n, high: 1n, low: 1n, close: 1n }] }],
  open_outside_range: [
    { breaks: [{ open: 0n }, { open: 4n }], edges: [{ open: 1n }, { open: 3n }] },
  ],
  close_outside_range: [
    { breaks: [{ close: 0n }, { close: 4n }], edges: [{ close: 1n }, { close: 3n }] },
  ],
  volume_not_positive: [
    { breaks: [{ volume: 0 }], edges: [{ volume: 1 }, { volume: 2n ** 64n - 1n }] },
  ],
  publisher_unknown: [{ breaks: [{ publisher_id: 0 }], edges: [{ publisher_id: 1 }] }],
  bad_ts_recv: [{ breaks: [{ flags: 8 }], edges: [{ flags: 8 + 32 }, { flags: 128 }] }],
  maybe_bad_book: [{ breaks: [{ flags: 4 }], edges: [{ flags: 255 - 4 - 8 }] }],
  received_before_event: [
    {
      breaks: [{ ts_recv: 1_719_792_000n * SECOND - 1n }],
      edges: [{ ts_recv: 1_719_792_000n * SECOND }, { ts_event: UNDEF_TIMESTAMP }],
    },
  ],
  crossed: [
    {
      breaks: [{ bid_px_00: 100n * DOLLAR + 1n }],
      edges: [{ bid_px_00: 100n * DOLLAR - 1n }, { ask_px_00: UNDEF_PRICE }],
    },
  ],
  locked: [
    {
      breaks: [{ bid_px_00: 100n * DOLLAR }],
      edges: [{ bid_px_00: UNDEF_PRICE, ask_px_00: UNDEF_PRICE }],
    },
  ],
  quote_without_size: [
    {
      breaks: [{ bid_sz_00: 0 }, { ask_sz_00: 0 }],
      edges: [{ bid_px_00: UNDEF_PRICE, bid_sz_00: 0 }],
    },
  ],
  bids_out_of_order: [
    {
      breaks: [{ bid_px_09: 91n * DOLLAR }, { bid_px_00: 98n * DOLLAR }],
      edges: [{ bid_px_09: 91n * DOLLAR - 1n }, { bid_px_09: UNDEF_PRICE }],
    },
  ],
  asks_out_of_order: [
    {
      breaks: [{ ask_px_09: 108n * DOLLAR }, { ask_px_00: 101n * DOLLAR }],
      edges: [{ ask_px_09: 108n * DOLLAR + 1n }, { ask_px_09: UNDEF_PRICE }],
    },
  ],
  size_zero: [{ breaks: [{ size: 0 }], edges: [{ action: 'C', size: 0 }] }],
  order_without_number: [
    { breaks: [{ action: 'A', order_id: 0 }], edges: [{ action: 'T', order_id: 0 }] },
  ],
  off_tick: [
    {
      only: (name) => !isBar(name),
      breaks: [
        { instrument_id: 8, price: 100n * DOLLAR + 1n },
        { instrument_id: 9, price: 1n },
      ],
      edges: [
        { instrument_id: 8, price: 100n * DOLLAR + DOLLAR / 4n },
        { instrument_id: 9, price: -DOLLAR / 4n },
        { instrument_id: 10, price: 1n },
        { instrument_id: 7, price: 1n },
      ],
    },
    {
      only: isBar,
      breaks: [{ instrument_id: 8 }],
      edges: [{ instrument_id: 8, open: 0n, high: 0n, low: 0n, close: 0n }, { instrument_id: 7 }],
    },
  ],
  price_jump: jump(8, 100n, 110n),
  spread_jump: jump(9, 1n, 26n),
  price_jump_unclassified: jump(7, 100n, 150n),
  without_value: [
    {
      breaks: [{ stat_type: 6, price: UNDEF_PRICE, quantity: 2n ** 63n - 1n }],
      edges: [
        { stat_type: 6, price: UNDEF_PRICE, quantity: 0n },
        { price: 0n, quantity: 2n ** 63n - 1n },
        { price: UNDEF_PRICE, quantity: 2n ** 63n - 1n, update_action: 2 },
      ],
    },
  ],
  settlement_without_price: [
    { breaks: [{ price: UNDEF_PRICE }], edges: [{ price: UNDEF_PRICE, stat_type: 9 }] },
  ],
  quantity_negative: [
    {
      breaks: [6, 9].map((stat_type) => ({ stat_type, quantity: -1n })),
      edges: [
        { stat_type: 9, quantity: 0n },
        { stat_type: 3, quantity: -1n },
      ],
    },
  ],
  update_action_unknown: [
    { breaks: [{ update_action: 0 }, { update_action: 3 }], edges: [{ update_action: 2 }] },
  ],
  symbol_empty: [{ breaks: [{ raw_symbol: '' }], edges: [{ raw_symbol: 'E' }] }],
  instrument_class_unknown: [
    {
      breaks: [{ instrument_class: 0 }, { instrument_class: 'Z' }],
      edges: [{ instrument_class: 'Y' }],
    },
  ],
  tick_not_positive: [
    {
      breaks: [{ min_price_increment: 0n }, { min_price_increment: -1n }],
      edges: [{ min_price_increment: UNDEF_PRICE }],
    },
  ],
  expires_before_activation: [
    { breaks: [{ expiration: 1n, activation: 2n }], edges: [{ expiration: 2n, activation: 2n }] },
  ],
  limits_crossed: [
    {
      breaks: [{ high_limit_price: 1n, low_limit_price: 2n }],
      edges: [{ high_limit_price: -1n, low_limit_price: -1n }],
    },
  ],
  leg_beyond_count: [
    { breaks: [{ leg_count: 2, leg_index: 2 }], edges: [{ leg_count: 2, leg_index: 1 }] },
  ],
  tristate_unknown: [
    {
      breaks: ['is_trading', 'is_quoting', 'is_short_sell_restricted'].map((column) => ({
        [column]: 'X',
      })),
      edges: [{ is_trading: '~', is_quoting: 'Y', is_short_sell_restricted: 'N' }],
    },
  ],
  collars_crossed: [
    {
      breaks: [{ lower_collar: 2n, upper_collar: 1n }],
      edges: [
        { lower_collar: 1n, upper_collar: 1n },
        { lower_collar: UNDEF_PRICE, upper_collar: 1n },
      ],
    },
  ],
};

/** A jump of an instrument's price from one to more than another. */
function jump(instrument: number, from: bigint, to: bigint): readonly Proof[] {
  const at = (price: bigint): Values => ({ instrument_id: instrument, price });
  const bar = (price: bigint): Values => {
    const prices = { open: price, high: price, low: price, close: price };
    return { instrument_id: instrument, ...prices };
  };
  return [
    {
      only: (name) => !isBar(name),
      before: at(from * DOLLAR),
      breaks: [at(to * DOLLAR + DOLLAR)],
      edges: [at(to * DOLLAR), { instrument_id: 11, price: 1_000_000n * DOLLAR }],
    },
    {
      only: isBar,
      before: bar(from * DOLLAR),
      breaks: [bar(to * DOLLAR + DOLLAR)],
      edges: [bar(to * DOLLAR)],
    },
  ];
}
