import {
  arrowBytes,
  arrowSchema,
  ColumnarBatch,
  firstTimeBeyond,
  groupBatches,
  lettersAsText,
  parquetBytes,
  SYMBOL_COLUMN,
  symbolColumn,
} from '@tapeline/records';
import type { ColumnData, RecordDescription, SchemaDescription } from '@tapeline/records';
import type { RecordBatch } from '@tapeline/storage';
import { answerColumns, hasSymbol } from './answer-columns.js';
import type { StreamedFormat } from './answer-format.js';
import type { AnswerOptions } from './answer-options.js';

/** Records of an Arrow record batch, and of what Parquet takes at a time. */
const BATCH_ROWS = 32_768;

/**
 * Arrow as an IPC stream, or Parquet: prices int64 in units of 1e-9, times nanoseconds in UTC, null for what is unset.
 * @param metadata of the table.
 */
export function tableFormat(
  form: 'arrow' | 'parquet',
  schema: SchemaDescription,
  options: AnswerOptions,
  metadata: ReadonlyMap<string, string>,
): StreamedFormat {
  const description = tableDescription(schema, options);
  const grouped = (batches: AsyncGenerator<RecordBatch>) =>
    groupBatches(tables(batches, description), BATCH_ROWS);
  return form === 'arrow'
    ? {
        contentType: 'application/vnd.apache.arrow.stream',
        write: (batches) =>
          arrowBytes(grouped(batches), arrowSchema(description, metadata), 'stream'),
      }
    : {
        contentType: 'application/vnd.apache.parquet',
        write: (batches) =>
          parquetBytes(grouped(batches), ColumnarBatch.allocate(description, 0), metadata),
      };
}

function tableDescription(schema: SchemaDescription, options: AnswerOptions): RecordDescription {
  const columns = answerColumns(schema, options).map(lettersAsText);
  return { ...schema, columns: hasSymbol(options) ? [...columns, SYMBOL_COLUMN] : columns };
}

async function* tables(
  batches: AsyncGenerator<RecordBatch>,
  description: RecordDescription,
): AsyncGenerator<ColumnarBatch<RecordDescription>> {
  for await (const { batch, symbols } of batches) {
    const columns = description.columns.map((column): ColumnData => {
      if (column === SYMBOL_COLUMN) return symbolColumn(symbols.names, symbols.slots);
      const data = batch.column(column.name);
      if (column.type === 'timestamp') refuseFarTimes(column.name, data);
      return data;
    });
    yield new ColumnarBatch(description, batch.length, columns);
  }
}

function refuseFarTimes(name: string, data: ColumnData): void {
  const row = firstTimeBeyond(data);
  if (row === undefined) return;
  throw new RangeError(
    `${name} is ${data[row]} ns, past the year 2262 where times of Arrow and Parquet end: ask for csv, json or dbn`,
  );
}
