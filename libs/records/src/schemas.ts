/** Every schema that tapeline knows, described once. Adding a schema is adding a description here. */
import { column, ordinalColumn } from './schema-description.js';
import type {
  ColumnDescription,
  ColumnType,
  Offsets,
  SchemaDescription,
  SchemaName,
} from './schema-description.js';

const I32_MAX = 0x7fff_ffffn;
const U32_MAX = 0xffff_ffffn;
const U16_MAX = 0xffffn;
const I16_MAX = 0x7fffn;
const U8_MAX = 0xffn;
const I8_MAX = 0x7fn;

const tsEvent = (meaning: string) => column('ts_event', 'timestamp', 8, meaning);
const venueTime = tsEvent('time at the matching engine, ns since epoch');
const tsRecv = (meaning = 'time of capture, ns since epoch') =>
  column('ts_recv', 'timestamp', [16, 16, 16], meaning);
const publisherId = column('publisher_id', 'u16', 2, 'dataset and venue of the record');
const instrumentId = column(
  'instrument_id',
  'u32',
  4,
  'numeric instrument, unique only within a dataset and a day',
);

const tradeBody: readonly ColumnDescription[] = [
  column('ts_recv', 'timestamp', 32, 'time of capture, ns since epoch'),
  venueTime,
  publisherId,
  instrumentId,
  column('action', 'char', 28, 'A add, C cancel, M modify, R clear, T trade, F fill, N none'),
  column('side', 'char', 29, 'aggressor or order side: A ask, B bid, N none'),
  column('depth', 'u8', 31, 'book level of the event, 0 is the top'),
  column('price', 'price', 16, 'price of the event'),
  column('size', 'u32', 24, 'quantity of the event'),
  column('flags', 'u8', 30, 'bit field: 128 last of event, 32 snapshot, 8 bad ts_recv, …'),
  column('ts_in_delta', 'i32', 40, 'ns from the venue sending to ts_recv'),
  column('sequence', 'u32', 44, "the venue's message number; several records may share one"),
];

const topLevel: readonly ColumnDescription[] = [
  column('bid_px_00', 'price', 48, 'best bid after the event'),
  column('ask_px_00', 'price', 56, 'best ask after the event'),
  column('bid_sz_00', 'u32', 64, 'quantity at the best bid'),
  column('ask_sz_00', 'u32', 68, 'quantity at the best ask'),
  column('bid_ct_00', 'u32', 72, 'orders at the best bid'),
  column('ask_ct_00', 'u32', 76, 'orders at the best ask'),
];

const bar: readonly ColumnDescription[] = [
  tsEvent('start of the bar, inclusive, ns since epoch'),
  publisherId,
  instrumentId,
  column('open', 'price', 16, 'first price of the bar'),
  column('high', 'price', 24, 'highest price of the bar'),
  column('low', 'price', 32, 'lowest price of the bar'),
  column('close', 'price', 40, 'last price of the bar'),
  column('volume', 'u64', 48, 'quantity traded in the bar'),
];

const statistics: readonly ColumnDescription[] = [
  tsRecv(),
  venueTime,
  publisherId,
  instrumentId,
  column('ts_ref', 'timestamp', 24, 'time the statistic refers to, e.g. the date of a settlement'),
  column('price', 'price', 32, 'the statistic, where it is a price'),
  column('quantity', 'i64', 40, 'the statistic, where it is a quantity', {
    nullValue: 0x7fff_ffff_ffff_ffffn,
    wireTypes: ['i32', 'i32', 'i64'],
    wireNulls: [I32_MAX, I32_MAX, 0x7fff_ffff_ffff_ffffn],
  }),
  column('sequence', 'u32', [44, 44, 48], "the venue's message number"),
  column('ts_in_delta', 'i32', [48, 48, 52], 'ns from the venue sending to ts_recv'),
  column(
    'stat_type',
    'u16',
    [52, 52, 56],
    '1 opening price, 3 settlement, 4 low, 5 high, 6 cleared volume, 9 open interest, 11 close, …',
  ),
  column('channel_id', 'u16', [54, 54, 58], 'channel of the venue', { nullValue: U16_MAX }),
  column('update_action', 'u8', [56, 56, 60], '1 new, 2 delete'),
  column('stat_flags', 'u8', [57, 57, 61], 'bit field whose meaning depends on stat_type'),
];

/** A definition field: name, type, offsets in versions 1, 2, 3, sentinel, meaning. */
type DefinitionField = readonly [string, ColumnType, Offsets, bigint | undefined, string];

const definitionNumbers: readonly DefinitionField[] = [
  ['min_price_increment', 'price', 24, undefined, 'smallest price step'],
  ['display_factor', 'price', 32, undefined, 'multiplier from raw to displayed price'],
  ['expiration', 'timestamp', 40, undefined, 'last eligible trade time'],
  ['activation', 'timestamp', 48, undefined, 'time of activation'],
  ['high_limit_price', 'price', 56, undefined, 'upper limit of the trading day'],
  ['low_limit_price', 'price', 64, undefined, 'lower limit of the trading day'],
  ['max_price_variation', 'price', 72, undefined, 'price band'],
  ['unit_of_measure_qty', 'price', [88, 88, 80], undefined, 'contract size in the unit of measure'],
  ['min_price_increment_amount', 'price', [96, 96, 88], undefined, 'value of one price step'],
  ['price_ratio', 'price', [104, 104, 96], undefined, 'price ratio of the legs'],
  ['inst_attrib_value', 'i32', [112, 120, 136], I32_MAX, 'bitmap of instrument attributes'],
  ['underlying_id', 'u32', [116, 124, 140], undefined, 'instrument id of the first underlying'],
  ['market_depth_implied', 'i32', [124, 132, 144], I32_MAX, 'depth of the implied book'],
  ['market_depth', 'i32', [128, 136, 148], I32_MAX, 'depth of the outright book'],
  ['market_segment_id', 'u32', [132, 140, 152], U32_MAX, 'market segment'],
  ['max_trade_vol', 'u32', [136, 144, 156], U32_MAX, 'largest order'],
  ['min_lot_size', 'i32', [140, 148, 160], I32_MAX, 'smallest order'],
  ['min_lot_size_block', 'i32', [144, 152, 164], I32_MAX, 'smallest block'],
  ['min_lot_size_round_lot', 'i32', [148, 156, 168], I32_MAX, 'round lot'],
  ['min_trade_vol', 'u32', [152, 160, 172], U32_MAX, 'smallest trade'],
  ['contract_multiplier', 'i32', [160, 164, 176], I32_MAX, 'deliverables per instrument'],
  ['decay_quantity', 'i32', [164, 168, 180], I32_MAX, 'daily decay'],
  ['original_contract_size', 'i32', [168, 172, 184], I32_MAX, 'fixed contract value'],
  ['appl_id', 'i16', [178, 178, 212], I16_MAX, 'channel of the venue'],
  ['maturity_year', 'u16', [180, 180, 214], U16_MAX, 'year of maturity'],
  ['decay_start_date', 'u16', [182, 182, 216], U16_MAX, 'day on which decay begins'],
  ['channel_id', 'u16', [184, 184, 218], U16_MAX, 'channel of the venue'],
];

const definitionTail: readonly DefinitionField[] = [
  ['instrument_class', 'char', [325, 374, 487], undefined, 'F future, C call, P put, K stock, …'],
  ['strike_price', 'price', [328, 112, 104], undefined, 'strike of an option'],
  ['match_algorithm', 'char', [342, 375, 488], undefined, 'F FIFO, C pro-rata, …'],
  ['main_fraction', 'u8', [344, 377, 489], U8_MAX, 'price denominator of the main fraction'],
  ['price_display_format', 'u8', [345, 378, 490], U8_MAX, 'decimals or ticks of the price display'],
  ['sub_fraction', 'u8', [347, 380, 491], U8_MAX, 'price denominator of the sub fraction'],
  ['underlying_product', 'u8', [348, 381, 492], U8_MAX, 'product complex'],
  ['security_update_action', 'char', [349, 382, 493], undefined, 'A added, M modified, D deleted'],
  ['maturity_month', 'u8', [350, 383, 494], U8_MAX, 'month of maturity'],
  ['maturity_day', 'u8', [351, 384, 495], U8_MAX, 'day of maturity, 0 not in the symbol'],
  ['maturity_week', 'u8', [352, 385, 496], U8_MAX, 'week of maturity'],
  ['user_defined_instrument', 'char', [353, 386, 497], undefined, 'Y or N'],
  ['contract_multiplier_unit', 'i8', [354, 387, 498], I8_MAX, '1 hours, 2 days'],
  ['flow_schedule_type', 'i8', [355, 388, 499], I8_MAX, 'schedule of delivery'],
  ['tick_rule', 'u8', [356, 389, 500], U8_MAX, 'tick rule of the spread'],
];

const plain = ([name, type, offsets, nullValue, meaning]: DefinitionField): ColumnDescription =>
  column(name, type, offsets, meaning, nullValue === undefined ? {} : { nullValue });

type Widths = number | readonly [number, number, number];
const text = (name: string, offsets: Offsets, widths: Widths, meaning: string) =>
  column(name, 'string', offsets, meaning, { widths });

const definition: readonly ColumnDescription[] = [
  tsRecv(),
  tsEvent('time of the last change of the definition, ns since epoch'),
  publisherId,
  instrumentId,
  text('raw_symbol', [200, 200, 238], [22, 71, 71], "the venue's symbol"),
  ...definitionNumbers.map(plain),
  column('raw_instrument_id', 'u64', [120, 128, 112], "the venue's own instrument id", {
    wireTypes: ['u32', 'u32', 'u64'],
  }),
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
  ...definitionTail.map(plain),
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

const same = (bytes: number) => ({ 1: bytes, 2: bytes, 3: bytes });

type Draft = Omit<SchemaDescription, 'table'>;

const describe = (draft: Draft): SchemaDescription => ({
  ...draft,
  table: draft.name.replaceAll('-', '_'),
  columns: [...draft.columns, ordinalColumn],
});

const ohlcv = (
  name: SchemaName,
  code: number,
  rtype: number,
  partition: Draft['partition'],
  length: string,
) =>
  describe({
    name,
    code,
    rtype,
    recordSize: same(56),
    indexColumn: 'ts_event',
    partition,
    meaning: `bars of one ${length}, stamped at their start; no record for a bar without trades`,
    columns: bar,
  });

/** All schemas, by Databento's name. */
export const SCHEMAS: Readonly<Record<SchemaName, SchemaDescription>> = {
  trades: describe({
    name: 'trades',
    code: 4,
    rtype: 0x00,
    recordSize: same(48),
    indexColumn: 'ts_recv',
    partition: 'day',
    meaning: 'every trade',
    columns: tradeBody,
  }),
  tbbo: describe({
    name: 'tbbo',
    code: 3,
    rtype: 0x01,
    recordSize: same(80),
    indexColumn: 'ts_recv',
    partition: 'day',
    meaning: 'every trade with the best bid and ask immediately before it',
    columns: [...tradeBody, ...topLevel],
  }),
  'mbp-1': describe({
    name: 'mbp-1',
    code: 1,
    rtype: 0x01,
    recordSize: same(80),
    indexColumn: 'ts_recv',
    partition: 'day',
    meaning: 'every change of the best bid or ask, and every trade',
    columns: [...tradeBody, ...topLevel],
  }),
  'ohlcv-1s': ohlcv('ohlcv-1s', 5, 0x20, 'day', 'second'),
  'ohlcv-1m': ohlcv('ohlcv-1m', 6, 0x21, 'month', 'minute'),
  'ohlcv-1h': ohlcv('ohlcv-1h', 7, 0x22, 'year', 'hour'),
  'ohlcv-1d': ohlcv('ohlcv-1d', 8, 0x23, 'year', 'UTC day'),
  statistics: describe({
    name: 'statistics',
    code: 10,
    rtype: 0x18,
    recordSize: { 1: 64, 2: 64, 3: 80 },
    indexColumn: 'ts_recv',
    partition: 'month',
    meaning: 'official figures of the venue: settlement, open interest, volume, …',
    columns: statistics,
  }),
  definition: describe({
    name: 'definition',
    code: 9,
    rtype: 0x13,
    recordSize: { 1: 360, 2: 400, 3: 520 },
    indexColumn: 'ts_recv',
    partition: 'month',
    meaning: 'instruments as of a day; one record for each leg of a spread',
    columns: definition,
  }),
};

/** Names of all schemas, in the order in which documents list them. */
export const SCHEMA_NAMES = Object.keys(SCHEMAS) as readonly SchemaName[];

/** Whether `name` is a schema that tapeline knows. */
export function isSchemaName(name: string): name is SchemaName {
  return Object.hasOwn(SCHEMAS, name);
}

/** The schema whose number stands in DBN metadata, or undefined if tapeline does not know it. */
export function schemaByCode(code: number): SchemaDescription | undefined {
  return Object.values(SCHEMAS).find((schema) => schema.code === code);
}
