import { encodeMetadata, encodeRecords } from '@tapeline/dbn';
import type { DbnMetadata, SymbolMapping } from '@tapeline/dbn';
import { ColumnarBatch, DAY_NS, SCHEMAS, utcDate } from '@tapeline/records';
import type { RangeQuery, SymbolInterval } from '@tapeline/storage';
import type { AnswerHead, FramedFormat } from './answer-format.js';

type DbnRequest = RangeQuery & { readonly limit: number | undefined };

/**
 * DBN version 3 with the request's metadata and symbol mappings, as Databento's own clients read it. It has no place
 * for columns that rules added.
 */
export function dbnFormat(request: DbnRequest, answer: AnswerHead): FramedFormat {
  const schema = SCHEMAS[request.schema];
  return {
    contentType: 'application/vnd.databento.dbn',
    head: encodeMetadata(answerMetadata(request, answer)),
    records: ({ batch }) => {
      const own = schema.columns.map(({ name }) => batch.column(name));
      return encodeRecords(new ColumnarBatch(schema, batch.length, own), 3);
    },
    tail: () => '',
    tellsCut: false,
  };
}

function answerMetadata(request: DbnRequest, { resolution }: AnswerHead): DbnMetadata {
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
  { start, end }: Pick<RangeQuery, 'start' | 'end'>,
): boolean {
  const dayAfter = utcDate(end - 1n + DAY_NS);
  let covered = utcDate(start);
  for (const { d0, d1 } of intervals) if (d0 <= covered && d1 > covered) covered = d1;
  return covered >= dayAfter;
}
