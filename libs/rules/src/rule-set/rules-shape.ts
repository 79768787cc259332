/**
 * `configs/rules/*.yaml`: how decoded records become rows. The steps are done in the order of this list, each on
 * what those before it left; `docs/rules-language.md` has the language.
 *
 *     schemas: [statistics]
 *     set:                    # changes values of columns; `to` is an expression or null
 *       - { column: stat_flags, to: 0, when: stat_flags == 255 }
 *     derive:                 # adds columns; later ones may use earlier ones
 *       - { column: notional, as: price * quantity, description: price times quantity }
 *     map:                    # adds columns, too: the first case that is true gives the value, else `otherwise`, else null
 *       - column: settlement
 *         cases: [{ when: stat_type == 3, to: price }]
 *     filter:                 # leaves records out; they count as outcome `filtered`
 *       - { name: deletions, when: update_action == 2 }
 *     rename:                 # of a column of the schema: a copy under another name
 *       - { column: notional, to: turnover }
 *     drop: [turnover]        # not stored; a column of the schema is stored as null
 */
import { z } from 'zod';
import { SCHEMA_NAMES } from '@tapeline/records';
import type { SchemaName } from '@tapeline/records';
import {
  expressionText,
  nullableExpression,
  oneOf,
  ruleName,
  strictObject,
} from './strict-object.js';

/** The schemas that a file is for. */
export const schemasShape = z
  .array(oneOf(SCHEMA_NAMES as readonly [SchemaName, ...SchemaName[]], 'schema'))
  .min(1);

const description = z.string().optional();
const column = z.string();

export const rulesShape = strictObject({
  schemas: schemasShape,
  set: z
    .array(
      strictObject({
        column,
        to: nullableExpression,
        when: expressionText.optional(),
        description,
      }),
    )
    .default([]),
  derive: z.array(strictObject({ column, as: expressionText, description })).default([]),
  map: z
    .array(
      strictObject({
        column,
        cases: z.array(strictObject({ when: expressionText, to: nullableExpression })).min(1),
        otherwise: nullableExpression.optional(),
        description,
      }),
    )
    .default([]),
  filter: z.array(strictObject({ name: ruleName, when: expressionText, description })).default([]),
  rename: z.array(strictObject({ column, to: z.string() })).default([]),
  drop: z.array(column).default([]),
});

export type TransformFile = z.infer<typeof rulesShape>;
