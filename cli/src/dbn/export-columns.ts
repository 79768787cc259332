/** Records as tables for people: the columns of Databento's CSV, typed. */
import {
  column,
  ColumnarBatch,
  firstTimeBeyond,
  lettersAsText,
  ORDINAL,
  SYMBOL_COLUMN,
  symbolColumn,
} from '@tapeline/records';
import type { ColumnData, ColumnDescription, RecordDescription } from '@tapeline/records';
import { CliError } from '../cli-error.js';
import { columnsOf } from './select-records.js';
import type { SelectedRecords } from './select-records.js';

const RTYPE = column('rtype', 'u8', [null, null, null], 'record type');

/** The description of {@link exportColumns}' tables. Letters are texts of one character there. */
export function exportDescription(
  description: RecordDescription,
  withSymbol: boolean,
): RecordDescription {
  const columns = description.columns
    .filter(({ name, isReserved }) => name !== ORDINAL && isReserved !== true)
    .map(lettersAsText)
    .flatMap((column) => (column.name === 'ts_event' ? [column, RTYPE] : [column]));
  return { ...description, columns: withSymbol ? [...columns, SYMBOL_COLUMN] : columns };
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
    if (column === SYMBOL_COLUMN) return symbolsOf(selected);
    const data = batch.column(column.name);
    if (column.type === 'timestamp') refuseFarTimes(column, data, selected.firstIndex);
    return data;
  });
  return new ColumnarBatch(description, batch.length, columns);
}

function symbolsOf({ length, symbolOf }: SelectedRecords): ColumnData {
  const names: (string | null)[] = [];
  const slots = new Uint32Array(length);
  const known = new Map<string | null, number>();
  for (let row = 0; row < length; row++) {
    const name = symbolOf?.(row) ?? null;
    let slot = known.get(name);
    if (slot === undefined) known.set(name, (slot = names.push(name) - 1));
    slots[row] = slot;
  }
  return symbolColumn(names, slots);
}

function refuseFarTimes({ name }: ColumnDescription, data: ColumnData, firstIndex: number): void {
  const row = firstTimeBeyond(data);
  if (row === undefined) return;
  throw new CliError(
    `${name} of record ${firstIndex + row} is ${data[row]} ns, past the year 2262 where the timestamps of ` +
      'Arrow and Parquet end: use --to csv or json',
  );
}
