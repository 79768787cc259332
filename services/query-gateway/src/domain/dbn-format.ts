import { encodeMetadata, encodeRecords } from '@tapeline/dbn';
import type { DbnMetadata, SymbolMapping } from '@tapeline/dbn';
import { ColumnarBatch, DAY_NS, ORDINAL, parsePrice, SCHEMAS, utcDate } from '@tapeline/records';
import type { ColumnData, ColumnDescription } from '@tapeline/records';
import type { SymbolInterval } from '@tapeline/storage';
import type { AnswerFormat, AnswerHead } from './answer-format.js';
import type { TimeseriesRequest } from './timeseries-request.js';

/** DBN version 3 with the request's metadata and symbol mappings, as Databento's own clients read it. */
export function dbnFormat(request: TimeseriesRequest, answer: AnswerHead): AnswerFormat {
  const schema = SCHEMAS[request.schema];
  const columns = schema.columns.filter(({ name }) => name !== ORDINAL);
  return {
    contentType: 'application/octet-stream',
    head: encodeMetadata(answerMetadata(request, answer)),
    rows: (rows) => {
      const batch = ColumnarBatch.allocate(schema, rows.length);
      columns.forEach((column, index) => {
        fillColumn(column, batch.column(column.name), (row) => rows[row]?.[index] ?? null);
      });
      return encodeRecords(batch, 3);
    },
    tail: () => '',
  };
}

function answerMetadata(request: TimeseriesRequest, { resolution }: AnswerHead): DbnMetadata {
  const resolved = [...(resolution.intervals ?? [])];
  return {
    version: 3,
    dataset: request.dataset,
    schema: SCHEMAS[request.schema].code,
    start: request.start,
    end: request.end,
    limit: request.limit === undefined ? null : BigInt(request.limit),
    stypeIn: request.stypeIn,
    stypeOut: 'instrument_id',
    tsOut: false,
    symbols: [...request.symbols],
    partial: resolved
      .filter(([, intervals]) => intervals.length > 0 && !coversAll(intervals, request))
      .map(([symbol]) => symbol),
    notFound: resolved.filter(([, intervals]) => intervals.length === 0).map(([symbol]) => symbol),
    mappings: resolved.map(([rawSymbol, intervals]): SymbolMapping => {
      return {
        rawSymbol,
        intervals: intervals.map(({ d0, d1, instrumentId }) => {
          return { startDate: d0, endDate: d1, symbol: String(instrumentId) };
        }),
      };
    }),
  };
}

/** Whether the intervals, ordered by day, leave no day of the request without an instrument. */
function coversAll(
  intervals: readonly SymbolInterval[],
  { start, end }: Pick<TimeseriesRequest, 'start' | 'end'>,
): boolean {
  const dayAfter = utcDate(end - 1n + DAY_NS);
  let covered = utcDate(start);
  for (const { d0, d1 } of intervals) if (d0 <= covered && d1 > covered) covered = d1;
  return covered >= dayAfter;
}

/** From the texts of an answer back to the values, an unset one as the column's own. */
function fillColumn(
  column: ColumnDescription,
  data: ColumnData,
  textOf: (row: number) => string | null,
): void {
  const count = column.type === 'string' ? data.length / column.width : data.length;
  const unset = column.nullValue ?? 0n;
  for (let row = 0; row < count; row++) {
    const text = textOf(row);
    if (column.type === 'string') {
      (data as Uint8Array).set(Buffer.from(text ?? '', 'latin1'), row * column.width);
    } else if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
      data[row] = text === null ? unset : wideValue(column, text);
    } else {
      data[row] = text === null ? Number(unset) : narrowValue(column, text);
    }
  }
}

const wideValue = ({ type }: ColumnDescription, text: string): bigint =>
  type === 'price' ? parsePrice(text) : BigInt(text);

/** PostgreSQL writes a "char" outside ASCII as a backslash and three octal digits. */
function narrowValue({ type }: ColumnDescription, text: string): number {
  if (type !== 'char') return Number(text);
  return text.length === 4 ? Number.parseInt(text.slice(1), 8) : text.charCodeAt(0);
}
