import type { RecordBatch, TimeseriesAnswer } from '@tapeline/storage';
import { answerColumns, recordWriter } from './record-text.js';
import type { TimeseriesRequest } from './timeseries-request.js';

/** How an answer is written: head, batches of records in their order, tail. */
export interface AnswerFormat {
  readonly contentType: string;
  readonly head: string | Uint8Array;
  /** At least one record; `isFirst` for the first batch of the answer. */
  readonly records: (records: RecordBatch, isFirst: boolean) => Uint8Array;
  readonly tail: (count: number) => string;
}

export type AnswerHead = Pick<TimeseriesAnswer, 'schema' | 'resolution' | 'missing'>;

const fieldNames = ({ schema }: Pick<AnswerHead, 'schema'>): string[] => [
  ...answerColumns(schema).map(({ name }) => name),
  'symbol',
];

/**
 * CSV with a header line, the columns in Databento's order, an unset value as an empty field. Texts are
 * quoted only where RFC 4180 needs it.
 */
export function csvFormat(answer: AnswerHead): AnswerFormat {
  const names = fieldNames(answer);
  const write = recordWriter({
    null: '',
    quote: '',
    text: quotedWhereNeeded,
    before: names.map((_, index) => (index === 0 ? '' : ',')),
    after: '\n',
    between: '',
  });
  return {
    contentType: 'text/csv; charset=utf-8; header=present',
    head: `${names.join(',')}\n`,
    records: write,
    tail: () => '',
  };
}

const quotedWhereNeeded = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** Records as JSON objects, one a line, with commas between them. */
export const jsonRecords = (answer: Pick<AnswerHead, 'schema'>): AnswerFormat['records'] =>
  recordWriter({
    null: 'null',
    quote: '"',
    text: (text: string) => JSON.stringify(text),
    before: fieldNames(answer).map(
      (name, index) => `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`,
    ),
    after: '}',
    between: ',\n',
  });

/**
 * One JSON object. `count` and `complete` come last: an answer without them was cut. Prices, 64-bit
 * integers and timestamps are strings, since a JSON number would lose digits in most readers.
 */
export function jsonFormat(request: TimeseriesRequest, answer: AnswerHead): AnswerFormat {
  const head = {
    dataset: request.dataset,
    schema: request.schema,
    stype_in: request.stypeIn,
    start: String(request.start),
    end: String(request.end),
    symbols: Object.fromEntries(
      [...(answer.resolution.intervals ?? [])].map(([symbol, intervals]) => [
        symbol,
        intervals.map(({ d0, d1, instrumentId }) => ({ d0, d1, s: String(instrumentId) })),
      ]),
    ),
    missing: answer.missing.map(({ symbol, instrumentId, start, end }) => ({
      symbol,
      instrument_id: instrumentId,
      start: String(start),
      end: String(end),
    })),
  };
  return {
    contentType: 'application/json; charset=utf-8',
    head: `${JSON.stringify(head).slice(0, -1)},"records":[\n`,
    records: jsonRecords(answer),
    tail: (count) => `\n],"count":${count},"complete":true}\n`,
  };
}
