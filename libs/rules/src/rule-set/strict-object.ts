/** Shapes of YAML whose faults say what was probably meant. */
import { z } from 'zod';
import { nearestName } from '../expressions/nearest-name.js';

const meant = (text: string, names: readonly string[]): string => {
  const nearest = nearestName(text, names);
  return nearest === undefined
    ? `: there are ${names.map((name) => `'${name}'`).join(', ')}`
    : `: did you mean '${nearest}'?`;
};

/** An object of these keys and no others; the message has a line for each unknown key. */
export const strictObject = <Shape extends z.ZodRawShape>(
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys
            .map((key) => `unknown key '${key}'${meant(key, Object.keys(shape))}`)
            .join('\n')
        : undefined,
  });

const unknown = (what: string, input: unknown, names: readonly string[]): string => {
  const text = typeof input === 'string' ? input : JSON.stringify(input);
  return `unknown ${what} '${text}'${meant(text, names)}`;
};

/** One of some names. */
export const oneOf = <const Names extends readonly [string, ...string[]]>(
  names: Names,
  what: string,
) =>
  z.enum(names, {
    error: ({ input }) => (input === undefined ? undefined : unknown(what, input, names)),
  });

/** The text of an expression: YAML reads `0.25` as a number and `true` as a bool. */
export const expressionText = z.custom<string | number | boolean>(
  (value) => ['string', 'number', 'boolean', 'bigint'].includes(typeof value) && value !== '',
  { error: 'an expression is expected, as one text' },
);

/** The same, or null. */
export const nullableExpression = z.custom<string | number | boolean | null>(
  (value) =>
    value === null ||
    (['string', 'number', 'boolean', 'bigint'].includes(typeof value) && value !== ''),
  { error: 'an expression or null is expected, as one text' },
);

/** Name of a rule. */
export const ruleName = z.string().regex(/^[a-z0-9_]+$/, {
  error: ({ input }) => `${JSON.stringify(input)} is no name: lower-case letters, digits and _`,
});
