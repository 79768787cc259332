/** Descriptions derived from canonical ones: records as one version has them, and with their send time. */
import { column, ORDINAL } from './schema-description.js';
import type {
  ColumnDescription,
  ColumnType,
  DbnVersion,
  RecordDescription,
} from './schema-description.js';

/** Length and rtype. */
const LENGTH_BYTES = 2;

/** Derives each description once, so that equal layouts are the same object. */
function once<K>(derive: (description: RecordDescription, key: K) => RecordDescription) {
  const known = new WeakMap<RecordDescription, Map<K, RecordDescription>>();
  return (description: RecordDescription, key: K): RecordDescription => {
    const byKey = known.get(description) ?? new Map<K, RecordDescription>();
    const found = byKey.get(key) ?? derive(description, key);
    known.set(description, byKey.set(key, found));
    return found;
  };
}

/**
 * The records as a version has them: its own fields with their types and "not set" values, those that
 * version 3 dropped, and the reserved bytes, so that encoding gives back the bytes that were decoded.
 */
export const asIs = once((description: RecordDescription, version: DbnVersion) => {
  const columns = withRetired(description)
    .map((column) => columnOfVersion(column, version))
    .filter((column) => column !== null);
  const ordinal = description.columns.filter((column) => column.name === ORDINAL);
  const reserved = reservedColumns(columns, version, description.recordSize[version]);
  return { ...description, columns: [...columns, ...reserved, ...ordinal], retired: [], version };
});

/** The name of the gateway's send time, which may follow any record. */
export const TS_OUT = 'ts_out';

const withLastColumn = once((description, name: string) => {
  const { recordSize, columns } = description;
  const offsets = [recordSize[1], recordSize[2], recordSize[3]] as const;
  const last = column(name, 'timestamp', offsets, "the gateway's send time, ns since epoch");
  return {
    ...description,
    recordSize: { 1: offsets[0] + 8, 2: offsets[1] + 8, 3: offsets[2] + 8 },
    columns: [...columns.slice(0, -1), last, ...columns.slice(-1)],
  };
});

/** The same records with `ts_out` at their end: the gateway's send time, in live streams on request. */
export const withTsOut = (description: RecordDescription): RecordDescription =>
  withLastColumn(description, TS_OUT);

function withRetired({ columns, retired }: RecordDescription): ColumnDescription[] {
  return columns.flatMap((column) => [
    ...retired.filter(({ before }) => before === column.name).map((field) => field.column),
    column,
  ]);
}

function columnOfVersion(column: ColumnDescription, version: DbnVersion): ColumnDescription | null {
  const field = column.wire[version];
  if (!field) return null;
  const { type, width, nullValue } = field;
  const wire = { 1: null, 2: null, 3: null, [version]: field };
  const { inference: _, ...rest } = column;
  return { ...rest, type, width, nullValue, wire };
}

const RESERVED_TYPES: readonly (readonly [ColumnType, number])[] = [
  ['u32', 4],
  ['u16', 2],
  ['u8', 1],
];

/** Aligned numbers over every byte that no field covers. */
function reservedColumns(
  columns: readonly ColumnDescription[],
  version: DbnVersion,
  size: number,
): ColumnDescription[] {
  const taken = new Uint8Array(size);
  taken.fill(1, 0, LENGTH_BYTES);
  for (const { wire } of columns) {
    const { offset, width } = wire[version]!;
    taken.fill(1, offset, offset + width);
  }
  const reserved: ColumnDescription[] = [];
  for (let at = LENGTH_BYTES; at < size;) {
    if (taken[at]) {
      at++;
      continue;
    }
    const [type, width] = RESERVED_TYPES.find(
      ([, width]) =>
        at % width === 0 && !taken.subarray(at, at + width).includes(1) && at + width <= size,
    )!;
    const name = `_reserved_${at}`;
    reserved.push({ ...column(name, type, at, 'reserved bytes'), isReserved: true });
    at += width;
  }
  return reserved;
}
