/** What the addresses with Databento's parameters have in common. */
import { ALL_SYMBOLS, symbolsSchema } from '@tapeline/contracts';
import { parseTimestamp } from '@tapeline/records';
import { z } from 'zod';
import { Problem } from './problem.js';

/** As many as Databento takes in one request. */
const MOST_SYMBOLS = 2000;

/** Refuses a parameter that is repeated. */
export const once = (value: unknown, context: z.core.$RefinementCtx): unknown => {
  if (!Array.isArray(value)) return value;
  context.addIssue({ code: 'custom', message: 'is given more than once' });
  return z.NEVER;
};

/** Separated by commas; repeated parameters are taken together. */
export const symbolsParameter = z
  .preprocess((value) => (Array.isArray(value) ? value.join(',') : value), symbolsSchema)
  .pipe(
    z
      .array(z.string().regex(/^[\x20-\x7e]+$/, 'a symbol has printable ASCII letters only'))
      .max(MOST_SYMBOLS, `name at most ${MOST_SYMBOLS} symbols, or ${ALL_SYMBOLS}`),
  );

/**
 * A time: a date, which is its midnight UTC, an ISO 8601 time or nanoseconds since 1970.
 * @param take what becomes of its nanoseconds and the text they came from; the message of what it throws is the fault.
 */
export const timeParameter = <Time>(take: (ns: bigint, text: string) => Time) =>
  z.preprocess(
    once,
    z
      .string()
      .transform((text, context) => {
        try {
          return take(parseTimestamp(text), text);
        } catch (error) {
          context.addIssue({ code: 'custom', message: (error as Error).message });
          return z.NEVER;
        }
      })
      .optional(),
  );

export type QueryString = Readonly<Record<string, unknown>>;

/**
 * Reads a query string.
 * @param remedy what the parameters must be.
 * @throws Problem that names every invalid parameter.
 */
export function readParameters<Shape extends z.ZodObject>(
  shape: Shape,
  query: QueryString,
  remedy = 'all of them may be left out',
): z.output<Shape> {
  const result = shape.safeParse(query);
  if (result.success) return result.data;
  throw invalidParameters(query, result.error.issues, Object.keys(shape.shape), remedy);
}

function invalidParameters(
  query: QueryString,
  issues: readonly z.core.$ZodIssue[],
  known: readonly string[],
  remedy: string,
): Problem {
  const errors = issues.flatMap((issue): { parameter: string; message: string }[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((parameter) => ({ parameter, message: 'is not a parameter' }));
    }
    const parameter = String(issue.path[0]);
    const message = Object.hasOwn(query, parameter) ? issue.message : 'is missing';
    return [{ parameter, message }];
  });
  return new Problem(
    'invalid-parameters',
    errors.map(({ parameter, message }) => `${parameter}: ${message}`).join('; '),
    `The parameters are ${known.join(', ')}; ${remedy}.`,
    { errors, known_parameters: known },
  );
}

const LARGEST_ID = 0xffff_ffff;

/** Refuses symbols that cannot be instrument ids. @throws Problem */
export function requireIds(given: readonly string[]): void {
  const wrong = given.filter(
    (symbol) =>
      symbol !== ALL_SYMBOLS && !(/^\d{1,10}$/.test(symbol) && Number(symbol) <= LARGEST_ID),
  );
  if (wrong.length === 0) return;
  throw new Problem(
    'impossible-request',
    `${wrong.map((symbol) => `'${symbol}'`).join(', ')} cannot be an instrument_id`,
    'Instrument ids are numbers, such as 5482. For symbols pass stype_in=raw_symbol.',
  );
}
