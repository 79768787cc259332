/** What a rule did to records of a batch: travels with the batch to the writer. */
import { z } from 'zod';

const position = z.int().nonnegative();

export const ruleOutcomeSchema = z.object({
  stage: z.enum(['transform', 'validate']),
  rule: z.string(),
  /** filtered: left out. error: refused. warn and info: stored all the same. */
  severity: z.enum(['filtered', 'error', 'warn', 'info']),
  records: position,
  /** Positions in the chunk of the records concerned, as half-open ranges in ascending order. */
  ordinals: z.array(z.tuple([position, position])),
  /** A few reasons with the values of the records. */
  examples: z.array(z.string()),
});
export type RuleOutcome = z.infer<typeof ruleOutcomeSchema>;
