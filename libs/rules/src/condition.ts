/**
 * Conditions on the columns of a record, as they stand in YAML:
 *
 *     { column: high, lt: { column: low } }       a comparison with another column
 *     { column: size, le: 0 }                     … or with a literal
 *     { column: side, not_in: [A, B, N] }
 *     { column: price, is: null }                 the only tests that a null passes
 *     { all: [ … ] }   { any: [ … ] }   { not: … }
 *
 * A comparison with null on either side is false, never true by accident.
 */
import { z } from 'zod';

const literal = z.union([z.string(), z.number(), z.bigint()]);
const operand = z.union([literal, z.strictObject({ column: z.string() })]);

export type Literal = z.infer<typeof literal>;
export type Operand = z.infer<typeof operand>;

export const COMPARISONS = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const;
export type Comparison = (typeof COMPARISONS)[number];

const test = z
  .strictObject({
    column: z.string(),
    eq: operand.optional(),
    ne: operand.optional(),
    lt: operand.optional(),
    le: operand.optional(),
    gt: operand.optional(),
    ge: operand.optional(),
    in: z.array(literal).min(1).optional(),
    not_in: z.array(literal).min(1).optional(),
    /** `null`: unset. `empty`: a string without a character. */
    is: z.union([z.null(), z.literal('empty')]).optional(),
  })
  .refine((value) => Object.keys(value).length === 2, {
    error: 'a test has a column and exactly one of eq, ne, lt, le, gt, ge, in, not_in, is',
  });

export type Test = z.infer<typeof test>;
export type Condition = Test | { all: Condition[] } | { any: Condition[] } | { not: Condition };

export const conditionSchema: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    test,
    z.strictObject({ all: z.array(conditionSchema).min(1) }),
    z.strictObject({ any: z.array(conditionSchema).min(1) }),
    z.strictObject({ not: conditionSchema }),
  ]),
);
