/** Parameters of calls, which come as a query or as a form, and their checks. */
import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { impliedEnd, parseTimestamp } from '@tapeline/records';
import { FieldsError } from '../domain/api-error.js';
import type { RangeRequest } from '../domain/plan-range.js';

export type Fields = Readonly<Record<string, unknown>>;

/** The fields of query and form together. */
export const RequestFields = createParamDecorator((_: unknown, context: ExecutionContext): Fields =>
  fieldsOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

export const fieldsOf = ({ query, body }: FastifyRequest): Fields => ({
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
export const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'a date has the form YYYY-MM-DD');

export const time = z.string().superRefine((text, context) => {
  try {
    parseTimestamp(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
  }
});

const MAX_SYMBOLS = 2_000;

/** Never trimmed and never split on blanks: symbols of spreads contain them. */
export const symbols = z
  .string()
  .transform((text) => text.split(',').filter((symbol) => symbol !== ''))
  .refine((list) => list.length > 0, 'at least one symbol is required')
  .refine((list) => list.length <= MAX_SYMBOLS, `at most ${MAX_SYMBOLS} symbols are allowed`);

export const stypeIn = z.enum(['raw_symbol', 'instrument_id', 'parent', 'continuous']);
export const stypeOut = z.enum(['instrument_id', 'raw_symbol']);

const rangeFields = z.object({
  dataset,
  schema: z.string().min(1).default('trades'),
  symbols: symbols.default(['ALL_SYMBOLS']),
  stype_in: stypeIn.default('raw_symbol'),
  stype_out: stypeOut.default('instrument_id'),
  start: time,
  end: time.optional(),
  limit: z.coerce.number().int().positive().optional(),
});

/** The fields that every call about a range of records has. @throws FieldsError */
export function parseRange(fields: Fields): RangeRequest {
  const given = parseFields(rangeFields, fields);
  return {
    dataset: given.dataset,
    schema: given.schema,
    symbols: given.symbols,
    stypeIn: given.stype_in,
    stypeOut: given.stype_out,
    start: parseTimestamp(given.start),
    end: given.end === undefined ? impliedEnd(given.start) : parseTimestamp(given.end),
    limit: given.limit,
  };
}
