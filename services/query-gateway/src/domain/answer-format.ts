import type { AnswerField, AnswerRow, TimeseriesAnswer } from '@tapeline/storage';
import type { TimeseriesRequest } from './timeseries-request.js';

/** How an answer is written: head, groups of rows in their order, tail. */
export interface AnswerFormat {
  readonly contentType: string;
  readonly head: string | Uint8Array;
  /** At least one row; `isFirst` for the first group of the answer. */
  readonly rows: (rows: readonly AnswerRow[], isFirst: boolean) => string | Uint8Array;
  readonly tail: (count: number) => string;
}

export type AnswerHead = Pick<TimeseriesAnswer, 'fields' | 'resolution' | 'missing'>;

/**
 * CSV with a header line, the columns in Databento's order, an unset value as an empty field. Texts are
 * quoted only where RFC 4180 needs it.
 */
export function csvFormat({ fields }: AnswerHead): AnswerFormat {
  return {
    contentType: 'text/csv; charset=utf-8; header=present',
    head: `${fields.map(({ name }) => name).join(',')}\n`,
    rows: (rows) => rows.map((row) => `${row.map(csvValue).join(',')}\n`).join(''),
    tail: () => '',
  };
}

function csvValue(value: string | null): string {
  if (value === null) return '';
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

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
  const names = answer.fields.map(
    (field, index) => `${index === 0 ? '{' : ','}${JSON.stringify(field.name)}:`,
  );
  const write = answer.fields.map(valueWriter);
  const record = (row: AnswerRow): string => {
    let text = '';
    for (let i = 0; i < row.length; i++) text += names[i]! + write[i]!(row[i] ?? null);
    return `${text}}`;
  };
  return {
    contentType: 'application/json; charset=utf-8',
    head: `${JSON.stringify(head).slice(0, -1)},"records":[\n`,
    rows: (rows, isFirst) => (isFirst ? '' : ',\n') + rows.map(record).join(',\n'),
    tail: (count) => `\n],"count":${count},"complete":true}\n`,
  };
}

const valueWriter = ({ kind }: AnswerField): ((value: string | null) => string) =>
  kind === 'number'
    ? (value) => value ?? 'null'
    : (value) => (value === null ? 'null' : JSON.stringify(value));
