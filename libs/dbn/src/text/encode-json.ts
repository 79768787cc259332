/** JSON lines as Databento writes them: header nested as `hd`, levels as an array, 64-bit integers as text. */
import { ORDINAL } from '@tapeline/records';
import type {
  ColumnarBatch,
  ColumnData,
  ColumnDescription,
  RecordDescription,
} from '@tapeline/records';
import { valueFormat } from './format-value.js';
import type { ValueFormat } from './format-value.js';
import type { TextOptions } from './text-options.js';

/** `"name":value` of a row. */
type Member = (row: number) => string;

interface Field {
  readonly column: ColumnDescription;
  readonly member: Member;
}

const HEADER = new Set(['ts_event', 'publisher_id', 'instrument_id']);

/** The records, one JSON object a line. */
export function encodeJson(
  batch: ColumnarBatch<RecordDescription>,
  options: TextOptions = {},
): string {
  const members = recordMembers(batch, options);
  let text = '';
  for (let row = 0; row < batch.length; row++) {
    text += `{${members.map((member) => member(row)).join(',')}}\n`;
  }
  return text;
}

function recordMembers(
  { schema, columns }: ColumnarBatch<RecordDescription>,
  options: TextOptions,
): Member[] {
  const fields = schema.columns
    .map((column, index): Field => {
      const format = valueFormat(column, columns[index] as ColumnData, options);
      return { column, member: jsonMember(column, format) };
    })
    .filter(({ column }) => column.name !== ORDINAL && column.isReserved !== true);
  const isHeader = ({ column }: Field) => HEADER.has(column.name);
  const [tsEvent, ...rest] = fields.filter(isHeader);
  const hd: Member = (row) =>
    `"hd":{${tsEvent!.member(row)},"rtype":${schema.rtype},${rest.map(({ member }) => member(row)).join(',')}}`;
  const body = fields.filter((field) => !isHeader(field));
  const first = body.filter(({ column }) => column.name === 'ts_recv');
  const levels = body.filter(({ column }) => column.level);
  const others = body.filter(({ column }) => column.name !== 'ts_recv' && !column.level);
  const afterLevels = others.filter(({ column }) => column.name === 'ts_out');
  return [
    ...first.map(({ member }) => member),
    hd,
    ...others.filter(({ column }) => column.name !== 'ts_out').map(({ member }) => member),
    ...(levels.length > 0 ? [levelsMember(levels)] : []),
    ...afterLevels.map(({ member }) => member),
    ...(options.symbolOf ? [symbolMember(options.symbolOf)] : []),
  ];
}

function levelsMember(fields: readonly Field[]): Member {
  const byLevel = Map.groupBy(fields, ({ column }) => column.level!.index);
  const levels = [...byLevel.values()];
  return (row) =>
    `"levels":[${levels.map((level) => `{${level.map(({ member }) => member(row)).join(',')}}`).join(',')}]`;
}

const symbolMember =
  (symbolOf: (row: number) => string | null): Member =>
  (row) =>
    `"symbol":${JSON.stringify(symbolOf(row))}`;

const NUMBERS = new Set(['i8', 'u8', 'i16', 'u16', 'i32', 'u32']);

function jsonMember(column: ColumnDescription, format: ValueFormat): Member {
  const name = `"${column.level?.field ?? column.name}":`;
  if (NUMBERS.has(column.type)) return (row) => name + format(row);
  return (row) => name + JSON.stringify(format(row));
}
