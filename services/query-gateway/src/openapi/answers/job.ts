import { JOB_STATES, quoteSchema, STYPES_IN } from '@tapeline/contracts';
import { z } from 'zod';

const count = z.int().nonnegative();
const time = z.iso.datetime().describe('UTC');

const jobQuote = quoteSchema
  .extend({
    requests: z.array(
      z.object({
        symbols: z.array(z.string()),
        stype_in: z.enum(STYPES_IN),
        start: z.string().describe('ns since epoch'),
        end: z.string().describe('ns since epoch, exclusive'),
        chunks: count,
        quote: quoteSchema,
      }),
    ),
    archived: count.describe('chunks that are in the archive and cost nothing'),
    some_held: z.boolean().describe('whether a part of the range is held'),
  })
  .describe('what the source asks for it; null for files and before it was quoted');

/** A job with its sums. */
export const jobAnswer = z
  .object({
    job_id: z.string(),
    dataset: z.string().nullable(),
    schema: z.string().nullable(),
    symbols: z.array(z.string()).describe('or the file'),
    state: z.enum(JOB_STATES),
    reason: z.string().nullable(),
    message: z.string().nullable(),
    expected: count.nullable().describe('records that the source announced'),
    fetched: count,
    stored: count,
    quarantined: count,
    filtered: count,
    replaced: count.describe('rows that the stored ones took the place of'),
    holds: z.boolean().describe('whether fetched = stored + quarantined + filtered'),
    chunks: z.object({ total: count, complete: count }),
    not_found: z.array(z.string()).describe('symbols that resolved on no day'),
    partial: z.array(z.string()).describe('symbols that resolved on some days only'),
    quote: jobQuote.nullable(),
    approved_usd: z.number().nullable(),
    spent_usd: z.number(),
    accepted_at: time.nullable(),
    ended_at: time.nullable(),
    seconds: z.number().nullable().describe('from acceptance to the end, or until now'),
  })
  .meta({ id: 'Job' });

export const jobsAnswer = z.object({ jobs: z.array(jobAnswer) });

const jobLinks = z.object({ job: z.string().describe('its address') });
const allLinks = jobLinks.extend({
  events: z.string().describe('tells what happens to it, as Server-Sent Events'),
});

/** A command to fetch that the bus has. */
export const jobAcceptedAnswer = z.object({
  job_id: z.string(),
  dry_run: z.literal(true).optional().describe('planned and quoted only; the job has the quote'),
  links: allLinks,
});

/** A wish to cancel that the bus has. */
export const jobCancelledAnswer = z.object({
  job_id: z.string(),
  decision: z.literal('cancel'),
  state: z.enum(JOB_STATES).describe('of the job when that was asked'),
  links: allLinks,
});

/** A decision that the bus has. */
export const jobDecidedAnswer = z.object({
  job_id: z.string(),
  decision: z.enum(['approve', 'refuse']),
  reason: z.string().nullable().describe('why the job waited'),
  quote: jobQuote.nullable(),
  links: jobLinks,
});
