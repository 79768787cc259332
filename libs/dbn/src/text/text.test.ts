import { expect, it } from '@jest/globals';
import { asIs, ColumnarBatch, sampleBatch, SCHEMAS, withTsOut } from '@tapeline/records';
import type { RecordDescription } from '@tapeline/records';
import { csvHeader, encodeCsv } from './encode-csv.js';
import { encodeJson } from './encode-json.js';

const HEADER = 'ts_event,rtype,publisher_id,instrument_id';
const TRADE = `ts_recv,${HEADER},action,side,depth,price,size,flags,ts_in_delta,sequence`;
const LEVEL = 'bid_px_00,ask_px_00,bid_sz_00,ask_sz_00,bid_ct_00,ask_ct_00';
const CONSOLIDATED = 'bid_px_00,ask_px_00,bid_sz_00,ask_sz_00,bid_pb_00,ask_pb_00';

/** The headers of Databento's own tools. */
const HEADERS = {
  mbo: `ts_recv,${HEADER},action,side,price,size,channel_id,order_id,flags,ts_in_delta,sequence`,
  trades: TRADE,
  'mbp-1': `${TRADE},${LEVEL}`,
  'bbo-1s': `ts_recv,${HEADER},side,price,size,flags,sequence,${LEVEL}`,
  'cmbp-1': `ts_recv,${HEADER},action,side,price,size,flags,ts_in_delta,${CONSOLIDATED}`,
  'cbbo-1m': `ts_recv,${HEADER},side,price,size,flags,${CONSOLIDATED}`,
  'ohlcv-eod': `${HEADER},open,high,low,close,volume`,
  statistics: `ts_recv,${HEADER},ts_ref,price,quantity,sequence,ts_in_delta,stat_type,channel_id,update_action,stat_flags`,
  status: `ts_recv,${HEADER},action,reason,trading_event,is_trading,is_quoting,is_short_sell_restricted`,
  imbalance: `ts_recv,${HEADER},ref_price,auction_time,cont_book_clr_price,auct_interest_clr_price,ssr_filling_price,ind_match_price,upper_collar,lower_collar,paired_qty,total_imbalance_qty,market_imbalance_qty,unpaired_qty,auction_type,side,auction_status,freeze_status,num_extensions,unpaired_side,significant_imbalance`,
  definition: `ts_recv,${HEADER},raw_symbol,security_update_action,instrument_class,min_price_increment,display_factor,expiration,activation,high_limit_price,low_limit_price,max_price_variation,unit_of_measure_qty,min_price_increment_amount,price_ratio,inst_attrib_value,underlying_id,raw_instrument_id,market_depth_implied,market_depth,market_segment_id,max_trade_vol,min_lot_size,min_lot_size_block,min_lot_size_round_lot,min_trade_vol,contract_multiplier,decay_quantity,original_contract_size,appl_id,maturity_year,decay_start_date,channel_id,currency,settl_currency,secsubtype,group,exchange,asset,cfi,security_type,unit_of_measure,underlying,strike_price_currency,strike_price,match_algorithm,main_fraction,price_display_format,sub_fraction,underlying_product,maturity_month,maturity_day,maturity_week,user_defined_instrument,contract_multiplier_unit,flow_schedule_type,tick_rule,leg_count,leg_index,leg_instrument_id,leg_raw_symbol,leg_instrument_class,leg_side,leg_price,leg_delta,leg_ratio_price_numerator,leg_ratio_price_denominator,leg_ratio_qty_numerator,leg_ratio_qty_denominator,leg_underlying_id`,
} as const;

it.each(Object.entries(HEADERS))('%s has the fields in Databento’s order', (name, header) => {
  expect(csvHeader(SCHEMAS[name as keyof typeof HEADERS])).toBe(`${header}\n`);
});

it('numbers the levels of the book, and adds what else there is at the end', () => {
  const fields = csvHeader(withTsOut(SCHEMAS['mbp-10']), { symbolOf: () => null }).split(',');
  expect(fields.slice(13, 20)).toEqual([...LEVEL.split(','), 'bid_px_01']);
  expect(fields.slice(-4)).toEqual(['bid_ct_09', 'ask_ct_09', 'ts_out', 'symbol\n']);
});

it('has the fields that older definitions had, in their places', () => {
  const fields = csvHeader(asIs(SCHEMAS.definition, 1)).trim().split(',');
  const after = (name: string) => fields[fields.indexOf(name) + 1];
  expect(after('max_price_variation')).toBe('trading_reference_price');
  expect(after('original_contract_size')).toBe('trading_reference_date');
  expect(after('match_algorithm')).toBe('md_security_trading_status');
  expect(after('price_display_format')).toBe('settl_price_type');
  expect(fields.at(-1)).toBe('tick_rule');
});

/** Two records: one with a value in every field, one with everything unset. */
function pair<D extends RecordDescription>(description: D): ColumnarBatch<D> {
  const batch = sampleBatch(description, 3);
  const values: Record<string, bigint | number> = {
    ts_recv: 1_609_160_400_000_704_060n,
    ts_event: 1_609_160_400_000_429_831n,
    publisher_id: 1,
    instrument_id: 5482,
    price: -3_720_250_000_001n,
  };
  description.columns.forEach(({ name, type }, index) => {
    const column = batch.columns[index] as Record<number, bigint | number>;
    const value = values[name] ?? (type === 'char' ? 65 : undefined);
    if (value !== undefined) column[0] = value;
    else column[0] = typeof column[0] === 'bigint' ? 5n : 5;
  });
  batch.column('ts_recv')[2] = 2n ** 64n - 1n;
  return batch.take(Uint32Array.of(0, 2));
}

it('prints integers and sentinels as they are, letters as letters, NUL as nothing', () => {
  const [first, second] = encodeCsv(pair(SCHEMAS.trades)).trim().split('\n');
  expect(first).toBe(
    '1609160400000704060,1609160400000429831,0,1,5482,A,A,5,-3720250000001,5,5,5,5',
  );
  expect(second!.split(',').toSpliced(3, 2)).toMatchObject([
    '18446744073709551615',
    '18446744073709551615',
    '0',
    '',
    '',
    expect.stringMatching(/^\d+$/),
    '9223372036854775807',
    ...Array.from({ length: 4 }, () => expect.stringMatching(/^-?\d+$/)),
  ]);
});

it('prints pretty prices and times on request, unset ones as nothing', () => {
  const lines = encodeCsv(pair(SCHEMAS.trades), {
    prettyPx: true,
    prettyTs: true,
    symbolOf: (row) => ['ES,H1', null][row]!,
  }).split('\n');
  expect(lines[0]).toBe(
    '2020-12-28T13:00:00.000704060Z,2020-12-28T13:00:00.000429831Z,0,1,5482,A,A,5,-3720.250000001,5,5,5,5,"ES,H1"',
  );
  expect(lines[1]).toMatch(/^,,0,\d+,\d+,,,\d+,,/);
  expect(lines[1]).toMatch(/,$/);
});

it('nests header and levels in JSON, with 64-bit integers as text', () => {
  const json = encodeJson(pair(withTsOut(SCHEMAS['cmbp-1'])), { symbolOf: () => 'ESH1' });
  const [first, second] = json.trim().split('\n');
  expect(first).toBe(
    '{"ts_recv":"1609160400000704060","hd":{"ts_event":"1609160400000429831","rtype":177,' +
      '"publisher_id":1,"instrument_id":5482},"action":"A","side":"A","price":"-3720250000001",' +
      '"size":5,"flags":5,"ts_in_delta":5,"levels":[{"bid_px":"5","ask_px":"5","bid_sz":5,' +
      '"ask_sz":5,"bid_pb":5,"ask_pb":5}],"ts_out":"5","symbol":"ESH1"}',
  );
  expect(JSON.parse(second!)).toMatchObject({
    ts_recv: '18446744073709551615',
    action: null,
    price: '9223372036854775807',
    levels: [{ bid_px: '9223372036854775807' }],
  });
  const pretty = encodeJson(pair(SCHEMAS['mbp-1']), { prettyPx: true, prettyTs: true }).split('\n');
  expect(JSON.parse(pretty[0]!)).toMatchObject({
    ts_recv: '2020-12-28T13:00:00.000704060Z',
    price: '-3720.250000001',
    levels: [{ bid_px: '0.000000005' }],
  });
  expect(JSON.parse(pretty[1]!)).toMatchObject({
    ts_recv: null,
    price: null,
    levels: [{ ask_px: null }],
  });
});

it('writes letters outside ASCII in the notation of Rust, and stays valid JSON', () => {
  const batch = pair(SCHEMAS.trades);
  batch.column('action').set([0xff, 9] as never);
  const [first, second] = encodeJson(batch).trim().split('\n');
  expect(JSON.parse(first!)).toMatchObject({ action: String.raw`\xff` });
  expect(JSON.parse(second!)).toMatchObject({ action: String.raw`\t` });
});

it('keeps text exact: quotes, commas, Latin-1', () => {
  const batch = pair(SCHEMAS.definition);
  const symbol = Buffer.from('A "B", ÿ\n', 'latin1');
  batch.column('raw_symbol').fill(0 as never);
  (batch.column('raw_symbol') as Uint8Array).set(symbol);
  expect(encodeCsv(batch)).toContain(',"A ""B"", ÿ\n",');
  expect(JSON.parse(encodeJson(batch).split('\n')[0]!)).toMatchObject({ raw_symbol: 'A "B", ÿ\n' });
});
