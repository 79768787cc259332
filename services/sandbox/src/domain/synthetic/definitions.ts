import { SCHEMAS } from '@tapeline/records';
import type { ColumnarBatch } from '@tapeline/records';
import { batchOfRows } from './batch-of-rows.js';
import type { Row } from './batch-of-rows.js';
import type { Instrument } from './instruments.js';
import { hash } from './random.js';

const SECOND = 1_000_000_000n;
const MILLION = 1_000_000n;

/**
 * The definition of an instrument as sent shortly after midnight UTC: one record, or one for each leg of
 * a spread. @param day midnight, seconds since epoch.
 */
export function definitionBatch(
  instrument: Instrument,
  publisherId: number,
  day: number,
  isFirstDay: boolean,
): ColumnarBatch {
  // Definitions arrive one after the other, each instrument's a few milliseconds into the day.
  const occurred = BigInt(day) * SECOND + BigInt(1 + (instrument.id % 997)) * MILLION;
  const common: Row = {
    ts_event: occurred,
    ts_recv: occurred + BigInt(15_000 + (hash(instrument.id, day) % 40_000)),
    publisher_id: publisherId,
    instrument_id: instrument.id,
    raw_instrument_id: instrument.id,
    raw_symbol: instrument.rawSymbol,
    asset: instrument.product.root,
    currency: 'USD',
    settl_currency: 'USD',
    min_price_increment: instrument.product.tick,
    display_factor: SECOND,
    activation: BigInt(instrument.activation) * SECOND,
    security_update_action: code(isFirstDay ? 'A' : 'M'),
    user_defined_instrument: code('N'),
    match_algorithm: code('F'),
    leg_side: code('N'),
    leg_count: 0,
  };
  const rows = instrument.legs
    ? spreadRows({ ...common, ...futureFields(instrument) }, instrument.legs)
    : [{ ...common, ...(instrument.maturity ? futureFields(instrument) : stockFields) }];
  return batchOfRows(SCHEMAS.definition, rows);
}

const code = (character: string): number => character.charCodeAt(0);

const stockFields: Row = {
  instrument_class: code('K'),
  security_type: 'ETF',
  cfi: 'EXXXXX',
  exchange: 'XNAS',
  min_lot_size_round_lot: 100,
};

function futureFields({ product, expiration, maturity }: Instrument): Row {
  const terms = product.futures!;
  return {
    instrument_class: code('F'),
    security_type: 'FUT',
    cfi: 'FXXXXX',
    exchange: terms.exchange,
    group: terms.group,
    unit_of_measure: terms.unit,
    unit_of_measure_qty: BigInt(terms.multiplier) * SECOND,
    contract_multiplier: terms.multiplier,
    min_price_increment_amount: product.tick * terms.multiplier,
    expiration: BigInt(expiration) * SECOND,
    maturity_year: maturity!.year,
    maturity_month: maturity!.month,
    min_trade_vol: 1,
    max_trade_vol: 10_000,
    market_depth: 10,
    channel_id: product.number,
  };
}

function spreadRows(common: Row, legs: readonly [Instrument, Instrument]): Row[] {
  return legs.map((leg, index) => ({
    ...common,
    instrument_class: code('S'),
    secsubtype: 'SP',
    leg_count: legs.length,
    leg_index: index,
    leg_instrument_id: leg.id,
    leg_raw_symbol: leg.rawSymbol,
    leg_instrument_class: code('F'),
    leg_side: code(index === 0 ? 'B' : 'A'),
    leg_ratio_price_numerator: 1,
    leg_ratio_price_denominator: 1,
    leg_ratio_qty_numerator: 1,
    leg_ratio_qty_denominator: 1,
  }));
}
