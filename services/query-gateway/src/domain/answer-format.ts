import type { RecordBatch, TimeseriesAnswer } from '@tapeline/storage';
import type { SchemaDescription } from '@tapeline/records';
import { answerColumns, hasSymbol } from './answer-columns.js';
import type { AnswerOptions, RecordOptions } from './answer-options.js';
import { recordWriter } from './record-text.js';
import type { RecordStyle } from './record-text.js';

/** An answer that is written as it comes: head, batches of records in their order, tail. */
export interface FramedFormat {
  readonly contentType: string;
  readonly head: string | Uint8Array;
  /** At least one record; `isFirst` for the first batch of the answer. */
  readonly records: (records: RecordBatch, isFirst: boolean) => Uint8Array;
  readonly tail: (end: AnswerEnd) => string;
  /** Whether the tail tells a cut answer from a whole one; elsewhere the connection is broken off. */
  readonly tellsCut: boolean;
}

/** An answer whose writer takes the batches by itself. */
export interface StreamedFormat {
  readonly contentType: string;
  readonly write: (batches: AsyncGenerator<RecordBatch>) => AsyncGenerator<Uint8Array>;
}

export type AnswerFormat = FramedFormat | StreamedFormat;

/** How an answer ended. */
export interface AnswerEnd {
  readonly count: number;
  /** The cap of the caller's key that ended it; undefined for a whole answer. */
  readonly cut?: string | undefined;
  /** Of a page: where the next one begins. */
  readonly nextCursor?: string | undefined;
}

export type AnswerHead = Pick<TimeseriesAnswer, 'schema' | 'resolution' | 'missing' | 'provenance'>;

const fieldNames = (schema: SchemaDescription, options: RecordOptions): string[] => [
  ...answerColumns(schema, options).map(({ name }) => name),
  ...(hasSymbol(options) ? ['symbol'] : []),
];

/**
 * CSV with a header line, the columns in Databento's order, an unset value as an empty field. Texts are
 * quoted only where RFC 4180 needs it.
 */
export function csvFormat(schema: SchemaDescription, options: AnswerOptions): FramedFormat {
  const names = fieldNames(schema, options);
  const write = recordWriter(schema, options, {
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
    tellsCut: false,
  };
}

const quotedWhereNeeded = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** Records as JSON objects. Prices, 64-bit integers and times are strings: a JSON number would lose digits in most readers. */
const jsonStyle = (
  schema: SchemaDescription,
  options: RecordOptions,
): Omit<RecordStyle, 'after' | 'between'> => ({
  null: 'null',
  quote: '"',
  text: (text: string) => JSON.stringify(text),
  before: fieldNames(schema, options).map(
    (name, index) => `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`,
  ),
});

/** Records as JSON objects, one a line, with commas between them. */
export const jsonRecords = (
  schema: SchemaDescription,
  options: RecordOptions,
): FramedFormat['records'] =>
  recordWriter(schema, options, { ...jsonStyle(schema, options), after: '}', between: ',\n' });

/** What is told at the end of an answer: without it, it was cut. */
const ending = ({ count, cut, nextCursor }: AnswerEnd): object => ({
  count,
  complete: cut === undefined,
  ...(cut !== undefined && { cut }),
  ...(nextCursor !== undefined && { next_cursor: nextCursor }),
});

/**
 * One JSON object, whose last members tell how many records there are and whether these are all.
 * @param head its first members.
 */
export function jsonFormat(
  head: object,
  schema: SchemaDescription,
  options: AnswerOptions,
): FramedFormat {
  return {
    contentType: 'application/json; charset=utf-8',
    head: `${JSON.stringify(head).slice(0, -1)},"records":[\n`,
    records: jsonRecords(schema, options),
    tail: (end) => `\n],${JSON.stringify(ending(end)).slice(1)}\n`,
    tellsCut: true,
  };
}

/** A JSON object a line: the records, and last of all one that tells how many there are and whether these are all. */
export function ndjsonFormat(schema: SchemaDescription, options: AnswerOptions): FramedFormat {
  const style = jsonStyle(schema, options);
  return {
    contentType: 'application/x-ndjson; charset=utf-8',
    head: '',
    records: recordWriter(schema, options, { ...style, after: '}\n', between: '' }),
    tail: (end) => `${JSON.stringify(ending(end))}\n`,
    tellsCut: true,
  };
}
