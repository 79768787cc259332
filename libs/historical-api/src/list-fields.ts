import { ORDINAL } from '@tapeline/records';
import type { ColumnType, SchemaDescription } from '@tapeline/records';

const C_TYPE: Readonly<Record<ColumnType, string>> = {
  price: 'int64_t',
  timestamp: 'uint64_t',
  i64: 'int64_t',
  u64: 'uint64_t',
  i32: 'int32_t',
  u32: 'uint32_t',
  i16: 'int16_t',
  u16: 'uint16_t',
  i8: 'int8_t',
  u8: 'uint8_t',
  char: 'char',
  string: 'string',
};

const HEADER = [
  { name: 'length', type: 'uint8_t' },
  { name: 'rtype', type: 'uint8_t' },
];

/** Fields of a schema's records: as they lie on the wire in DBN, as they are listed in text. */
export function listFields(
  schema: SchemaDescription,
  encoding: string,
): { name: string; type: string }[] {
  const columns = schema.columns.filter(({ name }) => name !== ORDINAL);
  if (encoding === 'dbn') {
    const offsetOf = (column: (typeof columns)[number]) => column.wire[3]?.offset ?? Infinity;
    columns.sort((a, b) => offsetOf(a) - offsetOf(b));
  }
  const fields = columns.map(({ name, type }) => ({ name, type: C_TYPE[type] }));
  return encoding === 'dbn' ? [...HEADER, ...fields] : [HEADER[1]!, ...fields];
}
