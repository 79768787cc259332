import type { SqlAnswer } from '@tapeline/storage';
import type { SqlRequest } from './sql-request.js';

/** Types whose text is a JSON number that every reader keeps exact. */
const SMALL_NUMBERS: ReadonlySet<string> = new Set(['int2', 'int4', 'oid']);
const FLOATS: ReadonlySet<string> = new Set(['float4', 'float8']);
const JSONS: ReadonlySet<string> = new Set(['json', 'jsonb']);

/** How a value of a type is written in JSON: integers of 64 bits, numerics and times as text, since they are exact so. */
function jsonOf(type: string): (text: string) => string {
  if (SMALL_NUMBERS.has(type)) return (text) => text;
  // Line breaks in JSON are never part of a value, and would part a line of NDJSON.
  if (JSONS.has(type)) return (text) => text.replaceAll(/[\r\n]/g, ' ');
  // NaN and the infinities are no JSON.
  if (FLOATS.has(type)) return (text) => (/^-?\d/.test(text) ? text : JSON.stringify(text));
  if (type === 'bool') return (text) => (text === 't' ? 'true' : 'false');
  return (text) => JSON.stringify(text);
}

const CSV_SPECIAL = /[",\r\n]/;
const csvOf = (text: string): string =>
  CSV_SPECIAL.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** An answer as text. Its end says whether it has all rows: in JSON and NDJSON, for CSV a header does. */
export function sqlText(
  { columns, rows, isCut }: SqlAnswer,
  encoding: SqlRequest['encoding'],
): { readonly contentType: string; readonly text: string } {
  if (encoding === 'csv') {
    // An empty text is quoted, which tells it from null.
    const lines = rows.map((row) =>
      row.map((value) => (value === '' ? '""' : csvOf(value ?? ''))).join(','),
    );
    const head = columns.map(({ name }) => csvOf(name)).join(',');
    return { contentType: 'text/csv; charset=utf-8', text: `${[head, ...lines].join('\n')}\n` };
  }
  const writers = columns.map(({ type }) => jsonOf(type));
  const valueOf = (value: string | null, index: number): string =>
    value === null ? 'null' : writers[index]!(value);
  const end = `"count":${rows.length},"complete":${!isCut}`;
  if (encoding === 'ndjson') {
    const names = columns.map(({ name }) => JSON.stringify(name));
    const lines = rows.map(
      (row) =>
        `{${row.map((value, index) => `${names[index]}:${valueOf(value, index)}`).join(',')}}\n`,
    );
    return { contentType: 'application/x-ndjson', text: `${lines.join('')}{${end}}\n` };
  }
  const lines = rows.map((row) => `[${row.map(valueOf).join(',')}]`);
  return {
    contentType: 'application/json; charset=utf-8',
    text: `{"columns":${JSON.stringify(columns)},"rows":[\n${lines.join(',\n')}\n],${end}}\n`,
  };
}
