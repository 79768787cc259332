/**
 * The fields of an answer: the schema's columns in Databento's order without `ordinal`, those that rules added, then `symbol`.
 * Values are read from the database as text and stay text, so nothing passes through a float.
 */
import { DAY_NS, nanosecondsName, ORDINAL, quoteIdentifier, utcDate } from '@tapeline/records';
import type { ColumnDescription, SchemaDescription } from '@tapeline/records';

export interface AnswerField {
  readonly name: string;
  /**
   * `number` where every value fits a double exactly, and truths; `text` for prices (nine decimals), 64-bit
   * integers, timestamps (nanoseconds since epoch), letters and strings.
   */
  readonly kind: 'number' | 'text';
}

/** One record: a text for each field, or null where the value is unset. */
export type AnswerRow = readonly (string | null)[];

const NUMBERS: ReadonlySet<ColumnDescription['type']> = new Set([
  'i8',
  'u8',
  'i16',
  'u16',
  'i32',
  'u32',
]);

const answerColumns = (schema: SchemaDescription): readonly ColumnDescription[] =>
  schema.columns.filter((column) => column.name !== ORDINAL);

/** Truths are `true` and `false`, dates and sessions are words. */
const kindOf = (
  type: ColumnDescription['type'],
  derived: ColumnDescription['derived'],
): AnswerField['kind'] =>
  NUMBERS.has(type) && derived !== 'date' && derived !== 'session' ? 'number' : 'text';

/** The fields of the schema's answers in their order. */
export function answerFields(schema: SchemaDescription): readonly AnswerField[] {
  return [
    ...answerColumns(schema).map(({ name, type, derived }): AnswerField => {
      return { name, kind: kindOf(type, derived) };
    }),
    { name: 'symbol', kind: 'text' },
  ];
}

/** The select list of the schema's columns for {@link answerReader}, of the table alias `t`. */
export function answerSelectList(schema: SchemaDescription): string {
  return answerColumns(schema)
    .flatMap(({ name, type }) => {
      const column = `t.${quoteIdentifier(name)}`;
      return type === 'timestamp'
        ? [`extract(epoch from ${column})`, `t.${quoteIdentifier(nanosecondsName(name))}`]
        : [column];
    })
    .join(', ');
}

const SESSIONS = ['closed', 'eth', 'rth'];

/** How values that rules derive are told, where not as they are stored. */
const WORDS: Readonly<Record<string, (stored: string) => string>> = {
  bool: (stored) => (stored === '0' ? 'false' : 'true'),
  date: (stored) => utcDate(BigInt(stored) * DAY_NS),
  session: (stored) => SESSIONS[Number(stored)] ?? stored,
};

/**
 * Turns a row of {@link answerSelectList} plus a last `symbol`, all in text, into the answer's row.
 */
export function answerReader(schema: SchemaDescription): (row: AnswerRow) => AnswerRow {
  let position = 0;
  const readers = answerColumns(schema).map(({ type, derived }) => {
    const at = position;
    position += type === 'timestamp' ? 2 : 1;
    if (type === 'timestamp') {
      return (row: AnswerRow) => nanosecondsText(row[at] ?? null, row[at + 1] ?? null);
    }
    if (type === 'price') return (row: AnswerRow) => priceText(row[at] ?? null);
    const words = WORDS[derived ?? 'none'];
    if (words) {
      return (row: AnswerRow) => {
        const value = row[at] ?? null;
        return value === null ? null : words(value);
      };
    }
    return (row: AnswerRow) => row[at] ?? null;
  });
  const symbolAt = position;
  return (row) => {
    const answer = readers.map((read) => read(row));
    answer.push(row[symbolAt] ?? null);
    return answer;
  };
}

/** `3720250000000` → `3720.250000000`, without arithmetic. */
export function priceText(units: string | null): string | null {
  if (units === null) return null;
  const sign = units.startsWith('-') ? '-' : '';
  const digits = units.slice(sign.length).padStart(10, '0');
  return `${sign}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

/** Seconds with six decimals and the nanoseconds below them: `1.000002`, `3` → `1000002003`. */
export function nanosecondsText(seconds: string | null, rest: string | null): string | null {
  if (seconds === null || rest === null) return null;
  const digits = seconds.replace('.', '') + rest.padStart(3, '0');
  return digits.startsWith('0') ? String(BigInt(digits)) : digits;
}
