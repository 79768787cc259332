/** Records that no shipped rule has anything to say about. For tests. */
import { UNDEF_PRICE } from '@tapeline/records';
import type { SchemaName } from '@tapeline/records';
import type { Values } from '../testing/rule-files.js';

const SECOND = 1_000_000_000n;
/** 2024-07-01T13:30:00Z. */
export const NOON = 1_719_840_600n * SECOND;
export const YEAR_1980 = 315_532_800n * SECOND;
export const YEAR_2200 = 7_258_118_400n * SECOND;

/** A price in units of 1e-9, of hundredths. */
export const px = (hundredths: number): bigint => BigInt(hundredths) * 10_000_000n;

export const TRADES: readonly SchemaName[] = ['trades'];
export const TRADES_WITH_QUOTES: readonly SchemaName[] = ['tbbo', 'tcbbo'];
export const QUOTES: readonly SchemaName[] = ['mbp-1', 'cmbp-1'];
export const DEPTH: readonly SchemaName[] = ['mbp-10'];
export const ORDERS: readonly SchemaName[] = ['mbo'];
export const SAMPLES: readonly SchemaName[] = ['bbo-1s', 'bbo-1m', 'cbbo-1s', 'cbbo-1m'];
export const BARS: readonly SchemaName[] = [
  'ohlcv-1s',
  'ohlcv-1m',
  'ohlcv-1h',
  'ohlcv-1d',
  'ohlcv-eod',
];
export const REFERENCE: readonly SchemaName[] = ['definition', 'statistics', 'status', 'imbalance'];

const TIMES: Values = { ts_event: NOON, ts_recv: NOON + 1000n };
const QUOTE: Values = {
  bid_px_00: px(9975),
  ask_px_00: px(10_025),
  bid_sz_00: 10,
  ask_sz_00: 12,
};

/** Nine more levels on either side. */
function levels(): Values {
  const all: Record<string, bigint> = {};
  for (let level = 1; level < 10; level++) {
    all[`bid_px_0${level}`] = px(9975 - 25 * level);
    all[`ask_px_0${level}`] = px(10_025 + 25 * level);
  }
  return all;
}

const EVENT: Values = { ...TIMES, side: 'B', price: px(10_000), size: 5, flags: 128 };

/** Values of a sound record; those that are not named are 0. */
export function soundRecord(schema: SchemaName): Values {
  const own = (): Values => {
    switch (schema) {
      case 'trades':
        return { ...EVENT, action: 'T' };
      case 'mbo':
        return { ...EVENT, action: 'A', order_id: 647_784n };
      case 'mbp-10':
        return { ...EVENT, ...QUOTE, ...levels(), action: 'T' };
      case 'mbp-1':
      case 'cmbp-1':
      case 'tbbo':
      case 'tcbbo':
        return { ...EVENT, ...QUOTE, action: 'T' };
      case 'bbo-1s':
      case 'bbo-1m':
      case 'cbbo-1s':
      case 'cbbo-1m':
        return { ...EVENT, ...QUOTE };
      case 'ohlcv-1s':
      case 'ohlcv-1m':
      case 'ohlcv-1h':
      case 'ohlcv-1d':
      case 'ohlcv-eod':
        return {
          ts_event: NOON,
          open: px(10_000),
          high: px(10_100),
          low: px(9900),
          close: px(10_000),
          volume: 12n,
        };
      case 'definition':
        return {
          ...TIMES,
          raw_symbol: 'ESU4',
          instrument_class: 'F',
          min_price_increment: px(25),
          activation: NOON,
          expiration: NOON + SECOND,
          high_limit_price: UNDEF_PRICE,
          low_limit_price: UNDEF_PRICE,
        };
      case 'statistics':
        return { ...TIMES, stat_type: 3, update_action: 1, price: px(10_000), quantity: 7n };
      case 'status':
        return {
          ...TIMES,
          action: 7,
          is_trading: 'Y',
          is_quoting: 'Y',
          is_short_sell_restricted: '~',
        };
      case 'imbalance':
        return { ...TIMES, side: 'B', lower_collar: px(9000), upper_collar: px(11_000) };
    }
  };
  return { publisher_id: 1, ...own() };
}
