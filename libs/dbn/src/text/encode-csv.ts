/** CSV as Databento writes it: one header line, levels flattened, the index timestamp first. */
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

/** The header line. */
export function csvHeader(description: RecordDescription, options: TextOptions = {}): string {
  const names = description.columns
    .filter(isShown)
    .flatMap(({ name }) => (name === 'ts_event' ? [name, 'rtype'] : [name]));
  if (options.symbolOf) names.push('symbol');
  return `${names.join(',')}\n`;
}

/** The records, one line each. */
export function encodeCsv(
  batch: ColumnarBatch<RecordDescription>,
  options: TextOptions = {},
): string {
  const { columns, rtype } = batch.schema;
  const cells = columns.flatMap((column, index): ValueFormat[] => {
    if (!isShown(column)) return [];
    const format = valueFormat(column, batch.columns[index] as ColumnData, options);
    return column.name === 'ts_event' ? [format, () => String(rtype)] : [format];
  });
  if (options.symbolOf) cells.push(options.symbolOf);
  let text = '';
  for (let row = 0; row < batch.length; row++) {
    text += cells.map((cell) => quoted(cell(row) ?? '')).join(',');
    text += '\n';
  }
  return text;
}

const isShown = ({ name, isReserved }: ColumnDescription): boolean =>
  name !== ORDINAL && isReserved !== true;

const quoted = (value: string): string =>
  /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
