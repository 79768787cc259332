/**
 * `configs/validation/*.yaml`: which records are refused, and what their reason says.
 *
 *     schemas: [mbp-1]
 *     max_refused: 5%         # of a chunk's records: above it the chunk waits for a person
 *     structure:              # first
 *       - { name: price_undefined, refuse: is_null(price), reason: 'a trade of size {size} has no price' }
 *     business:               # of the records that passed
 *       - { name: crossed, severity: warn, when: bid_px_00 > ask_px_00, reason: 'bid {bid_px_00} above ask {ask_px_00}' }
 *     batch:                  # of what would be stored of a batch, by aggregates
 *       - { name: one_sided, severity: warn, when: count(side == 'N') == count(), reason: 'no side in {count()} records' }
 *     chunk: [{ check: monotonic }]    # of what is stored of a chunk
 */
import { z } from 'zod';
import { chunkChecksSchema } from '../chunk-checks.js';
import { schemasShape } from './rules-shape.js';
import { expressionText, oneOf, ruleName, strictObject } from './strict-object.js';

export const SEVERITIES = ['error', 'warn', 'info'] as const;
/** error: refused. warn and info: stored, counted and shown. */
export type Severity = (typeof SEVERITIES)[number];

const check = strictObject({
  name: ruleName,
  /** True of a record that is refused. */
  refuse: expressionText.optional(),
  /** The same, where a severity says what follows. */
  when: expressionText.optional(),
  severity: oneOf(SEVERITIES, 'severity').optional(),
  /** Text with `{expression}` for the values of the record. */
  reason: z.string().min(1),
  description: z.string().optional(),
})
  .refine(({ refuse, when }) => (refuse === undefined) !== (when === undefined), {
    error: "a rule has either 'refuse' or 'when'",
  })
  .refine(({ refuse, severity }) => refuse === undefined || (severity ?? 'error') === 'error', {
    error: "what is refused is of severity error: write 'when' beside another severity",
  });

const share = z
  .string({ error: 'a share is expected, such as 5%' })
  .regex(/^\d{1,3}(\.\d+)?%$/, { error: 'a share is expected, such as 5%' })
  .transform((text) => Number(text.slice(0, -1)) / 100)
  .refine((value) => value <= 1, { error: 'a share is at most 100%' });

export const validationShape = strictObject({
  schemas: schemasShape,
  max_refused: share.optional(),
  structure: z.array(check).default([]),
  business: z.array(check).default([]),
  batch: z.array(check).default([]),
  chunk: chunkChecksSchema.default([]),
});

export type ValidationFile = z.infer<typeof validationShape>;
