/** Columns of instrument definitions, in the order of Databento's CSV. */
import { instrumentId, publisherId, text, tsEvent, tsRecv, UNSET } from './field-columns.js';
import { column } from './schema-description.js';
import type { ColumnDescription, ColumnType, Offsets, RetiredField } from './schema-description.js';

/** Name, type, offsets in versions 1, 2, 3, value that means "not set", meaning. */
type Field = readonly [string, ColumnType, Offsets, bigint | undefined, string];

const numbers = (...fields: readonly Field[]): ColumnDescription[] =>
  fields.map(([name, type, offsets, nullValue, meaning]) =>
    column(name, type, offsets, meaning, nullValue === undefined ? {} : { nullValue }),
  );

export const definitionColumns: readonly ColumnDescription[] = [
  tsRecv(16),
  tsEvent('time of the last change of the definition, ns since epoch'),
  publisherId,
  instrumentId,
  text('raw_symbol', [200, 200, 238], [22, 71, 71], "the venue's symbol"),
  ...numbers(
    [
      'security_update_action',
      'char',
      [349, 382, 493],
      undefined,
      'A added, M modified, D deleted',
    ],
    ['instrument_class', 'char', [325, 374, 487], undefined, 'F future, C call, P put, K stock, …'],
    ['min_price_increment', 'price', 24, undefined, 'smallest price step'],
    ['display_factor', 'price', 32, undefined, 'multiplier from raw to displayed price'],
    ['expiration', 'timestamp', 40, undefined, 'last eligible trade time'],
    ['activation', 'timestamp', 48, undefined, 'time of activation'],
    ['high_limit_price', 'price', 56, undefined, 'upper limit of the trading day'],
    ['low_limit_price', 'price', 64, undefined, 'lower limit of the trading day'],
    ['max_price_variation', 'price', 72, undefined, 'price band'],
    [
      'unit_of_measure_qty',
      'price',
      [88, 88, 80],
      undefined,
      'contract size in the unit of measure',
    ],
    ['min_price_increment_amount', 'price', [96, 96, 88], undefined, 'value of one price step'],
    ['price_ratio', 'price', [104, 104, 96], undefined, 'price ratio of the legs'],
    ['inst_attrib_value', 'i32', [112, 120, 136], UNSET.i32, 'bitmap of instrument attributes'],
    ['underlying_id', 'u32', [116, 124, 140], undefined, 'instrument id of the first underlying'],
  ),
  column('raw_instrument_id', 'u64', [120, 128, 112], "the venue's own instrument id", {
    wireTypes: ['u32', 'u32', 'u64'],
  }),
  ...numbers(
    ['market_depth_implied', 'i32', [124, 132, 144], UNSET.i32, 'depth of the implied book'],
    ['market_depth', 'i32', [128, 136, 148], UNSET.i32, 'depth of the outright book'],
    ['market_segment_id', 'u32', [132, 140, 152], UNSET.u32, 'market segment'],
    ['max_trade_vol', 'u32', [136, 144, 156], UNSET.u32, 'largest order'],
    ['min_lot_size', 'i32', [140, 148, 160], UNSET.i32, 'smallest order'],
    ['min_lot_size_block', 'i32', [144, 152, 164], UNSET.i32, 'smallest block'],
    ['min_lot_size_round_lot', 'i32', [148, 156, 168], UNSET.i32, 'round lot'],
    ['min_trade_vol', 'u32', [152, 160, 172], UNSET.u32, 'smallest trade'],
    ['contract_multiplier', 'i32', [160, 164, 176], UNSET.i32, 'deliverables per instrument'],
    ['decay_quantity', 'i32', [164, 168, 180], UNSET.i32, 'daily decay'],
    ['original_contract_size', 'i32', [168, 172, 184], UNSET.i32, 'fixed contract value'],
    ['appl_id', 'i16', [178, 178, 212], UNSET.i16, 'channel of the venue'],
    ['maturity_year', 'u16', [180, 180, 214], UNSET.u16, 'year of maturity'],
    ['decay_start_date', 'u16', [182, 182, 216], UNSET.u16, 'day on which decay begins'],
    ['channel_id', 'u16', [184, 184, 218], UNSET.u16, 'channel of the venue'],
  ),
  text('currency', [186, 186, 224], 4, 'currency of the price'),
  text('settl_currency', [190, 190, 228], 4, 'currency of settlement'),
  text('secsubtype', [194, 194, 232], 6, 'strategy of a spread'),
  text('group', [222, 271, 309], 21, 'security group'),
  text('exchange', [243, 292, 330], 5, 'venue'),
  text('asset', [248, 297, 335], [7, 7, 11], 'product root, e.g. ES'),
  text('cfi', [255, 304, 346], 7, 'ISO 10962 class'),
  text('security_type', [262, 311, 353], 7, 'FUT, OOF, MLEG, …'),
  text('unit_of_measure', [269, 318, 360], 31, 'unit of the contract'),
  text('underlying', [300, 349, 391], 21, 'symbol of the first underlying'),
  text('strike_price_currency', [321, 370, 412], 4, 'currency of the strike'),
  ...numbers(
    ['strike_price', 'price', [328, 112, 104], undefined, 'strike of an option'],
    ['match_algorithm', 'char', [342, 375, 488], undefined, 'F FIFO, C pro-rata, …'],
    ['main_fraction', 'u8', [344, 377, 489], UNSET.u8, 'price denominator of the main fraction'],
    [
      'price_display_format',
      'u8',
      [345, 378, 490],
      UNSET.u8,
      'decimals or ticks of the price display',
    ],
    ['sub_fraction', 'u8', [347, 380, 491], UNSET.u8, 'price denominator of the sub fraction'],
    ['underlying_product', 'u8', [348, 381, 492], UNSET.u8, 'product complex'],
    ['maturity_month', 'u8', [350, 383, 494], UNSET.u8, 'month of maturity'],
    ['maturity_day', 'u8', [351, 384, 495], UNSET.u8, 'day of maturity, 0 not in the symbol'],
    ['maturity_week', 'u8', [352, 385, 496], UNSET.u8, 'week of maturity'],
    ['user_defined_instrument', 'char', [353, 386, 497], undefined, 'Y or N'],
    ['contract_multiplier_unit', 'i8', [354, 387, 498], UNSET.i8, '1 hours, 2 days'],
    ['flow_schedule_type', 'i8', [355, 388, 499], UNSET.i8, 'schedule of delivery'],
    ['tick_rule', 'u8', [356, 389, 500], UNSET.u8, 'tick rule of the spread'],
  ),
  column('leg_count', 'u16', [null, null, 220], 'legs of the spread, 0 for an outright'),
  column('leg_index', 'u16', [null, null, 222], 'which leg this record describes, from 0'),
  column('leg_instrument_id', 'u32', [null, null, 188], 'instrument id of the leg'),
  text('leg_raw_symbol', [null, null, 416], 71, "the venue's symbol of the leg"),
  column('leg_instrument_class', 'char', [null, null, 501], 'class of the leg'),
  column('leg_side', 'char', [null, null, 502], 'side of the leg: A, B, N', { absentValue: 78n }),
  column('leg_price', 'price', [null, null, 120], 'tied price of the leg'),
  column('leg_delta', 'price', [null, null, 128], 'delta of the leg'),
  column('leg_ratio_price_numerator', 'i32', [null, null, 192], 'price ratio of the leg'),
  column('leg_ratio_price_denominator', 'i32', [null, null, 196], 'price ratio of the leg'),
  column('leg_ratio_qty_numerator', 'i32', [null, null, 200], 'quantity ratio of the leg'),
  column('leg_ratio_qty_denominator', 'i32', [null, null, 204], 'quantity ratio of the leg'),
  column('leg_underlying_id', 'u32', [null, null, 208], 'instrument id of the leg’s underlying'),
];

const retired = (
  before: string,
  name: string,
  type: ColumnType,
  offsets: readonly [number, number],
  meaning: string,
  nullValue?: bigint,
): RetiredField => ({
  before,
  column: column(
    name,
    type,
    [...offsets, null],
    meaning,
    nullValue === undefined ? {} : { nullValue },
  ),
});

export const retiredDefinitionFields: readonly RetiredField[] = [
  retired(
    'unit_of_measure_qty',
    'trading_reference_price',
    'price',
    [80, 80],
    'reference price of the trading day',
  ),
  retired(
    'appl_id',
    'trading_reference_date',
    'u16',
    [176, 176],
    'day of the reference price, in days since 1970',
    UNSET.u16,
  ),
  retired(
    'main_fraction',
    'md_security_trading_status',
    'u8',
    [343, 376],
    'trading status',
    UNSET.u8,
  ),
  retired(
    'sub_fraction',
    'settl_price_type',
    'u8',
    [346, 379],
    'bit field: kind of the settlement price',
    UNSET.u8,
  ),
];
