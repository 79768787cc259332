import type { ColumnDescription, SchemaDescription } from '@tapeline/records';
import type { RecordBatch } from '@tapeline/storage';
import { answerColumns, hasSymbol } from './answer-columns.js';
import type { RecordOptions } from './answer-options.js';
import { columnText, put } from './value-text.js';
import type { ColumnText, TextStyle } from './value-text.js';

export interface RecordStyle extends TextStyle {
  /** What stands before each field: its name, or a comma. One for each field and the symbol. */
  readonly before: readonly string[];
  readonly after: string;
  /** Between records. */
  readonly between: string;
}

/** Bytes of a record for which room is made before the first has been written. */
const FIRST_GUESS = 256;

/** Writes the records of batches, one after the other, as text in bytes. */
export function recordWriter(
  schema: SchemaDescription,
  options: RecordOptions,
  style: RecordStyle,
): (records: RecordBatch, isFirst: boolean) => Uint8Array {
  const before = style.before.map((text) => Buffer.from(text));
  const after = Buffer.from(style.after);
  const between = Buffer.from(style.between);
  const columns = answerColumns(schema, options);
  let perRecord = FIRST_GUESS;
  return (records, isFirst) => {
    const { length } = records.batch;
    const fields = fieldTexts(records, columns, options, style);
    const most =
      fields.reduce((sum, field, index) => sum + field.most + before[index]!.length, 0) +
      after.length +
      between.length;
    let out = Buffer.allocUnsafeSlow(most + Math.ceil(perRecord * length));
    let at = 0;
    for (let row = 0; row < length; row++) {
      if (at + most > out.length) {
        const larger = Buffer.allocUnsafeSlow(most + 2 * out.length);
        out.copy(larger, 0, 0, at);
        out = larger;
      }
      if (row > 0 || !isFirst) at = put(out, at, between);
      for (let field = 0; field < fields.length; field++) {
        at = put(out, at, before[field]!);
        at = fields[field]!.write(out, at, row);
      }
      at = put(out, at, after);
    }
    perRecord = (1.05 * at) / length;
    return out.subarray(0, at);
  };
}

function fieldTexts(
  { batch, symbols }: RecordBatch,
  columns: readonly ColumnDescription[],
  options: RecordOptions,
  style: RecordStyle,
): ColumnText[] {
  const fields = columns.map((column) =>
    columnText(column, batch.column(column.name), options, style),
  );
  if (!hasSymbol(options)) return fields;
  const names = symbols.names.map((name) =>
    Buffer.from(name === null ? style.null : style.text(name)),
  );
  const most = Math.max(0, ...names.map(({ length }) => length));
  const symbol: ColumnText = {
    most,
    write: (out, at, row) => put(out, at, names[symbols.slots[row]!]!),
  };
  return [...fields, symbol];
}
