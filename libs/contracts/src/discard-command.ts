/** Refused records that nobody wants any more: what any NATS client may publish on `ingest.command.discard`. */
import { z } from 'zod';
import { checkCommand, jobIdSchema } from './commands.js';
import { quarantineFilterSchema } from './replay-command.js';

export const discardCommandSchema = z
  .strictObject({
    /** Letters, digits, - and _; in the writer's log. */
    discard_id: jobIdSchema.optional(),
    filter: quarantineFilterSchema.default({}),
    /** Must be true for a filter that means every record. */
    everything: z.boolean().default(false),
    /** Why; in the writer's log. */
    note: z.string().min(1).max(500).optional(),
  })
  .superRefine(({ filter, everything }, context) => {
    if (everything || Object.values(filter).some((value) => value !== undefined)) return;
    const message = 'the filter means every refused record: say "everything": true if so';
    context.addIssue({ code: 'custom', path: ['filter'], message });
  });
export type DiscardCommand = z.output<typeof discardCommandSchema>;

/** Checks a discard command as received. @throws InvalidCommandError */
export const parseDiscardCommand = (input: unknown): DiscardCommand =>
  checkCommand(discardCommandSchema, input);
