/** Parameters of calls, which come as a query or as a form, and their checks. */
import { STYPES_IN } from '@tapeline/contracts';
import { parseTimestamp } from '@tapeline/records';
import { z } from 'zod';
import { FieldsError } from './api-error.js';

export type Fields = Readonly<Record<string, unknown>>;

/** The fields of query and form together. */
export const fieldsOf = ({ query, body }: { query: unknown; body?: unknown }): Fields => ({
  ...(query as object),
  ...(body as object | undefined),
});

/** @throws FieldsError that names every missing or malformed field. */
export function parseFields<Schema extends z.ZodType>(
  schema: Schema,
  fields: Fields,
): z.output<Schema> {
  const result = schema.safeParse(fields);
  if (result.success) return result.data;
  throw new FieldsError(
    result.error.issues.map(({ path, message, code }) => ({
      name: path.join('.'),
      message,
      type: `value_error.${code}`,
    })),
  );
}

export const dataset = z.string().min(1);

/** The last day of which every nanosecond fits in 63 bits. */
const LAST_DAY = '2262-04-10';

export const date = z.iso
  .date('a date has the form YYYY-MM-DD')
  .refine((text) => text >= '1970-01-01' && text <= LAST_DAY, `dates end on ${LAST_DAY}`);

export const time = z.string().superRefine((text, context) => {
  try {
    parseTimestamp(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
  }
});

const MAX_SYMBOLS = 2_000;
/** What the metadata of DBN have room for. */
const SYMBOL_FORM = /^[\x20-\x7e]{1,70}$/;

/** Never trimmed and never split on blanks: symbols of spreads contain them. */
export const symbols = z
  .string()
  .transform((text) => text.split(',').filter((symbol) => symbol !== ''))
  .refine((list) => list.length > 0, 'at least one symbol is required')
  .refine((list) => list.length <= MAX_SYMBOLS, `at most ${MAX_SYMBOLS} symbols are allowed`)
  .refine(
    (list) => list.every((symbol) => SYMBOL_FORM.test(symbol)),
    'a symbol has at most 70 letters of ASCII',
  );

export const stypeIn = z.enum(STYPES_IN);
export const stypeOut = z.enum(['instrument_id', 'raw_symbol']);

/** As the official clients for C++, Rust and Python write it. */
export const flag = z
  .enum(['0', '1', 'false', 'true', 'False', 'True'])
  .transform((text) => ['1', 'true', 'True'].includes(text));
