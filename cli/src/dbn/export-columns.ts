/** Records as tables for people: the columns of Databento's CSV, typed. */
import { column, ColumnarBatch, ORDINAL, words } from '@tapeline/records';
import type { ColumnData, ColumnDescription, RecordDescription } from '@tapeline/records';
import { CliError } from '../cli-error.js';
import { columnsOf } from './select-records.js';
import type { SelectedRecords } from './select-records.js';

const NOWHERE = [null, null, null] as const;
const SYMBOL_BYTES = 71;
const RTYPE = column('rtype', 'u8', NOWHERE, 'record type');
const SYMBOL = column('symbol', 'string', NOWHERE, 'what instrument_id stood for on that day', {
  widths: SYMBOL_BYTES,
  nullValue: 0n,
});

/** The description of {@link exportColumns}' tables. Letters are texts of one character there. */
export function exportDescription(
  description: RecordDescription,
  withSymbol: boolean,
): RecordDescription {
  const columns = description.columns
    .filter(({ name, isReserved }) => name !== ORDINAL && isReserved !== true)
    .map((column) => (column.type === 'char' ? { ...column, type: 'string' as const } : column))
    .flatMap((column) => (column.name === 'ts_event' ? [column, RTYPE] : [column]));
  return { ...description, columns: withSymbol ? [...columns, SYMBOL] : columns };
}

/**
 * The selected records under such a description.
 * @throws CliError if a time is later than the table's types reach.
 */
export function exportColumns(
  selected: SelectedRecords,
  description: RecordDescription,
): ColumnarBatch<RecordDescription> {
  const batch = columnsOf(selected);
  const columns = description.columns.map((column) => {
    if (column === RTYPE) return new Uint8Array(batch.length).fill(batch.schema.rtype);
    if (column === SYMBOL) return symbolColumn(selected);
    const data = batch.column(column.name);
    if (column.type === 'timestamp') refuseFarTimes(column, data, selected.firstIndex);
    return data;
  });
  return new ColumnarBatch(description, batch.length, columns);
}

function symbolColumn({ length, symbolOf }: SelectedRecords): ColumnData {
  const bytes = Buffer.alloc(length * SYMBOL_BYTES);
  for (let row = 0; row < length; row++) {
    const symbol = symbolOf?.(row);
    if (symbol) bytes.write(symbol, row * SYMBOL_BYTES, 'latin1');
  }
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Arrow and Parquet count nanoseconds in a signed integer, so up to the year 2262. */
function refuseFarTimes({ name }: ColumnDescription, data: ColumnData, firstIndex: number): void {
  const pairs = words(data);
  for (let high = 1; high < pairs.length; high += 2) {
    if (pairs[high]! < 0x8000_0000) continue;
    if (pairs[high] === 0xffff_ffff && pairs[high - 1] === 0xffff_ffff) continue;
    const row = (high - 1) / 2;
    throw new CliError(
      `${name} of record ${firstIndex + row} is ${data[row]} ns, past the year 2262 where the timestamps of ` +
        'Arrow and Parquet end: use --to csv or json',
    );
  }
}
