/**
 * The vocabulary in which every schema is described once, as data. The decoder's columns, the Arrow
 * schema, the table's DDL, the COPY encoder, the gateway's fields and docs/schemas.md all come from it.
 *
 * Source of the facts: the DBN layout (little-endian, packed, every gap an explicit reserved field).
 */

/** DBN versions that occur in the wild. Canonical records are version 3. */
export type DbnVersion = 1 | 2 | 3;

/**
 * What a value is. `price` is a signed 64-bit integer in units of 1e-9; `timestamp` an unsigned 64-bit
 * count of nanoseconds since the Unix epoch; `char` one ASCII byte; `string` NUL-padded ASCII.
 */
export type ColumnType =
  | 'price'
  | 'timestamp'
  | 'i64'
  | 'u64'
  | 'i32'
  | 'u32'
  | 'i16'
  | 'u16'
  | 'i8'
  | 'u8'
  | 'char'
  | 'string';

/** Where a column stands in the records of one DBN version. */
export interface WireField {
  /** Byte offset from the start of the record; the header is bytes 0–15. */
  readonly offset: number;
  /** Differs from the column's type where an older version was narrower. */
  readonly type: ColumnType;
  /** Bytes on the wire: of the string, or of the number. */
  readonly width: number;
  /** The value that means "not set" in this version; narrower types had narrower sentinels. */
  readonly nullValue: bigint | undefined;
}

export interface ColumnDescription {
  /** Databento's field name; levels are flattened as `bid_px_00`. */
  readonly name: string;
  readonly type: ColumnType;
  /** Bytes of one value in a columnar batch. */
  readonly width: number;
  /** The canonical (version 3) value that means "not set", or undefined where every value is one. */
  readonly nullValue: bigint | undefined;
  /** Taken by records of a version that has no such field. */
  readonly absentValue: bigint;
  /** By version; null where that version lacks the field, or where it never was on the wire. */
  readonly wire: Readonly<Record<DbnVersion, WireField | null>>;
  readonly meaning: string;
  /** Of a book level: Databento's own name of the field, and which level, from 0. */
  readonly level?: { readonly field: string; readonly index: number };
  /** How records of a version without the field get its value from a text, instead of `absentValue`. */
  readonly inference?: Inference;
  /** Bytes without a meaning, kept so that records can be written back as they were; no text shows them. */
  readonly isReserved?: boolean;
  /** Of a column that rules added: what its values are. */
  readonly derived?: DerivedKind;
}

/**
 * What the values of a column that rules added are: `decimal` like a price, but without a unit; `duration`
 * in nanoseconds; `date` in days since 1970; `bool` 0 or 1; `session` a code of {@link SESSIONS}.
 */
export type DerivedKind =
  | 'price'
  | 'decimal'
  | 'timestamp'
  | 'duration'
  | 'date'
  | 'int'
  | 'bool'
  | 'char'
  | 'string'
  | 'session';

/** Names of trading sessions, by the code that a calendar gives: none, outside regular hours, regular. */
export const SESSIONS = ['closed', 'eth', 'rth'] as const;

/** A value told by another column's text: that of the first pattern which matches it. */
export interface Inference {
  readonly from: string;
  readonly rules: readonly (readonly [RegExp, bigint])[];
}

export type SchemaName =
  | 'mbo'
  | 'mbp-1'
  | 'mbp-10'
  | 'tbbo'
  | 'trades'
  | 'bbo-1s'
  | 'bbo-1m'
  | 'cmbp-1'
  | 'cbbo-1s'
  | 'cbbo-1m'
  | 'tcbbo'
  | 'ohlcv-1s'
  | 'ohlcv-1m'
  | 'ohlcv-1h'
  | 'ohlcv-1d'
  | 'ohlcv-eod'
  | 'definition'
  | 'statistics'
  | 'status'
  | 'imbalance';

/** Kinds of record that are no schema: the gateway's messages, and bars of an unknown cadence. */
export type MessageName = 'ohlcv' | 'error' | 'system' | 'symbol-mapping';

export type RecordName = SchemaName | MessageName;

/** How long one partition (or hypertable chunk) of the schema's table lasts. */
export type PartitionSpan = 'day' | 'month' | 'year';

/** One kind of record: what a decoder, an encoder and a columnar batch need to know. */
export interface RecordDescription {
  readonly name: RecordName;
  /** Record type byte of its records. */
  readonly rtype: number;
  /** Bytes of one record, without `ts_out` unless that is one of the columns. */
  readonly recordSize: Readonly<Record<DbnVersion, number>>;
  /**
   * The timestamp by which Databento sorts, filters ranges and resolves symbols: `ts_recv` where the
   * record has one, else `ts_event`. Tables are partitioned by it (docs/adr/0002).
   */
  readonly indexColumn: 'ts_recv' | 'ts_event';
  readonly meaning: string;
  /** In the order of Databento's CSV; the last is always `ordinal`. */
  readonly columns: readonly ColumnDescription[];
  /** Fields that only older versions had, each with the name of the column it stood before. */
  readonly retired: readonly RetiredField[];
  /** The one version whose own layout this describes, or null for canonical records. */
  readonly version: DbnVersion | null;
}

/** A field that version 3 dropped. */
export interface RetiredField {
  readonly column: ColumnDescription;
  /** Name of the column that follows it in Databento's CSV. */
  readonly before: string;
}

/** A kind of record that can be asked for and stored. */
export interface SchemaDescription extends RecordDescription {
  /** Databento's name of the record kind. */
  readonly name: SchemaName;
  /** Name of its table: the same with `_` for `-`. */
  readonly table: string;
  /** Number of the schema in DBN metadata. */
  readonly code: number;
  readonly partition: PartitionSpan;
}

/** Position of the record within its chunk, from 0: keeps the source's order among equal timestamps. */
export const ORDINAL = 'ordinal';

/** An unset price, `2^63 − 1`. */
export const UNDEF_PRICE = 0x7fff_ffff_ffff_ffffn;
/** An unset timestamp, `2^64 − 1`. */
export const UNDEF_TIMESTAMP = 0xffff_ffff_ffff_ffffn;

const WIDTH: Readonly<Record<Exclude<ColumnType, 'string'>, number>> = {
  price: 8,
  timestamp: 8,
  i64: 8,
  u64: 8,
  i32: 4,
  u32: 4,
  i16: 2,
  u16: 2,
  i8: 1,
  u8: 1,
  char: 1,
};

/** One offset for all versions, or one for each of versions 1, 2 and 3 (null: not in that version). */
export type Offsets = number | readonly [number | null, number | null, number | null];

export interface ColumnOptions {
  /** Marks the type's own sentinel, or the given value, as "not set". */
  readonly nullValue?: bigint;
  readonly absentValue?: bigint;
  /** Type in versions 1, 2 and 3 where it changed. */
  readonly wireTypes?: readonly [ColumnType, ColumnType, ColumnType];
  /** Sentinel in versions 1, 2 and 3 where it changed. */
  readonly wireNulls?: readonly [bigint, bigint, bigint];
  /** Bytes of a string, in all versions or in each. */
  readonly widths?: number | readonly [number, number, number];
  readonly level?: ColumnDescription['level'];
  readonly inference?: Inference;
}

const DEFAULT_NULL: Partial<Record<ColumnType, bigint>> = {
  price: UNDEF_PRICE,
  timestamp: UNDEF_TIMESTAMP,
  char: 0n,
};

/** Describes one column; see the fields of {@link ColumnDescription}. */
export function column(
  name: string,
  type: ColumnType,
  offsets: Offsets,
  meaning: string,
  options: ColumnOptions = {},
): ColumnDescription {
  const nullValue = options.nullValue ?? DEFAULT_NULL[type];
  const widthIn = (index: 0 | 1 | 2, wireType: ColumnType): number => {
    if (wireType !== 'string') return WIDTH[wireType];
    if (options.widths === undefined) throw new Error(`string column ${name} needs its width`);
    return typeof options.widths === 'number' ? options.widths : options.widths[index];
  };
  const field = (index: 0 | 1 | 2): WireField | null => {
    const offset = typeof offsets === 'number' ? offsets : offsets[index];
    if (offset === null) return null;
    const wireType = options.wireTypes?.[index] ?? type;
    return {
      offset,
      type: wireType,
      width: widthIn(index, wireType),
      nullValue: options.wireNulls?.[index] ?? nullValue,
    };
  };
  return {
    name,
    type,
    width: widthIn(2, type),
    nullValue,
    absentValue: options.absentValue ?? nullValue ?? 0n,
    wire: { 1: field(0), 2: field(1), 3: field(2) },
    meaning,
    ...(options.level && { level: options.level }),
    ...(options.inference && { inference: options.inference }),
  };
}

/** The column that no wire format has: see {@link ORDINAL}. */
export const ordinalColumn: ColumnDescription = column(
  ORDINAL,
  'u32',
  [null, null, null],
  'position of the record within its chunk, from 0; orders records of equal timestamps',
);
