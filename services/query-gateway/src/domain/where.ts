import { DAY_NS, ORDINAL, parsePrice, parseTimestamp, SESSIONS } from '@tapeline/records';
import type { ColumnDescription, SchemaDescription } from '@tapeline/records';
import { OPERATORS } from '@tapeline/storage';
import type { ColumnCondition, Operator } from '@tapeline/storage';
import { z } from 'zod';
import { Problem } from './problem.js';

const FORM = /^\s*([A-Za-z_]\w*)\s*(!=|<=|>=|=|<|>)(.*)$/s;
const MOST = 20;

/** Conditions on columns, such as `side=B`; repeated, all must hold. */
export const whereParameter = z
  .preprocess(
    (value) => (value === undefined || Array.isArray(value) ? value : [value]),
    z
      .array(
        z
          .string()
          .regex(FORM, `a condition is COLUMN ${OPERATORS.join('|')} VALUE, like price>=5000.25`),
      )
      .max(MOST, `at most ${MOST} conditions`)
      .optional(),
  )
  .meta({
    description:
      'Conditions like price>=5000.25, side=B, ts_event<2024-07-01T13:30 or price=null; repeated, all must hold',
  });

/** Conditions as they were given, for the columns of a schema. @throws Problem that says what is wrong with one. */
export const readConditions =
  (texts: readonly string[]) =>
  (schema: SchemaDescription): ColumnCondition[] =>
    texts.map((text) => readCondition(text, schema));

function readCondition(text: string, schema: SchemaDescription): ColumnCondition {
  const [, name, operator, value = ''] = FORM.exec(text)!;
  const columns = schema.columns.filter((each) => each.name !== ORDINAL);
  const column = columns.find((each) => each.name === name);
  if (!column) {
    throw new Problem(
      'impossible-request',
      `where=${text}: ${schema.name} has no column '${name}'`,
      `Its columns are ${columns.map((each) => each.name).join(', ')}; symbols go into symbols.`,
    );
  }
  try {
    return condition(column, operator as Operator, value.trim());
  } catch (error) {
    throw new Problem(
      'impossible-request',
      `where=${text}: ${(error as Error).message}`,
      `${column.name} is ${column.meaning}. ${formOf(column)}`,
    );
  }
}

function condition(column: ColumnDescription, operator: Operator, text: string): ColumnCondition {
  if (text !== 'null' || column.type === 'string') {
    return { column, operator, value: valueOf(column, text) };
  }
  if (column.nullValue === undefined) throw new RangeError(`${column.name} is never null`);
  if (operator !== '=' && operator !== '!=')
    throw new RangeError('null is neither less nor greater');
  return { column, operator, value: null };
}

function valueOf({ type, derived }: ColumnDescription, text: string): bigint | string {
  if (derived === 'bool') return BigInt(oneOf(['false', 'true'], text));
  if (derived === 'session') return BigInt(oneOf(SESSIONS, text));
  if (derived === 'date') return parseTimestamp(text) / DAY_NS;
  switch (type) {
    case 'string':
      // PostgreSQL's texts have no such letter.
      if (text.includes('\0')) throw new RangeError('a text has no NUL');
      return text;
    case 'price':
      return parsePrice(text);
    case 'timestamp':
      return parseTimestamp(text);
    case 'char':
      if (!/^[\x20-\x7e]$/.test(text)) throw new RangeError(`'${text}' is not one letter`);
      return BigInt(text.charCodeAt(0));
    case 'i8':
    case 'u8':
    case 'i16':
    case 'u16':
    case 'i32':
    case 'u32':
    case 'i64':
    case 'u64':
      if (!/^-?\d{1,20}$/.test(text)) throw new RangeError(`'${text}' is no whole number`);
      return BigInt(text);
  }
}

function oneOf(values: readonly string[], text: string): number {
  const index = values.indexOf(text);
  if (index < 0) throw new RangeError(`'${text}' is none of ${values.join(', ')}`);
  return index;
}

function formOf({ type, nullValue }: ColumnDescription): string {
  const form =
    type === 'price'
      ? 'Say a decimal with at most nine decimals'
      : type === 'timestamp'
        ? 'Say a date, an ISO 8601 time or nanoseconds since 1970'
        : type === 'char'
          ? 'Say one letter'
          : type === 'string'
            ? 'Say a text'
            : 'Say a whole number';
  return nullValue === undefined || type === 'string' ? `${form}.` : `${form}, or null.`;
}
