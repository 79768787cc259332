import { randomBytes } from 'node:crypto';
import { InvalidCommandError, jobIdSchema, parseIngestCommand } from '@tapeline/contracts';
import type { IngestCommand } from '@tapeline/contracts';
import { z } from 'zod';
import { Problem } from './problem.js';
import { once, readParameters } from './query-parameters.js';
import type { QueryString } from './query-parameters.js';

export interface JobSubmission {
  readonly jobId: string;
  readonly command: IngestCommand;
  /** Whether the command came with an id. */
  readonly isNamed: boolean;
  /** The same for a repeated submission of the job, which the bus then drops. */
  readonly messageId: string;
}

/** Checks a submitted command and gives the job an id if it has none. @throws Problem */
export function readJobSubmission(body: unknown): JobSubmission {
  try {
    const command = parseIngestCommand(body);
    const jobId = command.job_id ?? randomBytes(8).toString('hex');
    return {
      jobId,
      command: { ...command, job_id: jobId },
      isNamed: command.job_id !== undefined,
      messageId: `command:${jobId}`,
    };
  } catch (error) {
    if (!(error instanceof InvalidCommandError)) throw error;
    throw new Problem(
      'invalid-command',
      error.message,
      'Send {"dataset", "schema", "symbols", "stype_in", "start", "end"}, or {"file"} with the path of a DBN file.',
      { reasons: error.reasons },
    );
  }
}

/** @throws Problem if the text cannot be the id of a job. */
export function readJobId(text: string): string {
  const id = jobIdSchema.safeParse(text);
  if (id.success) return id.data;
  throw new Problem(
    'unknown-job',
    'this cannot be the id of a job',
    `${id.error.issues[0]?.message ?? ''}. GET /v1/jobs lists the jobs.`,
  );
}

const MOST_LISTED = 1000;

/** The query string of lists of jobs and replays. */
export const listParameters = z.strictObject({
  limit: z.preprocess(
    once,
    z
      .string()
      .regex(/^[1-9]\d{0,3}$/, `is a whole number from 1 to ${MOST_LISTED}`)
      .transform(Number)
      .pipe(z.number().max(MOST_LISTED, `is at most ${MOST_LISTED}`))
      .default(100),
  ),
});

/** Reads `limit`, the only parameter of a list. @throws Problem */
export const readLimit = (query: QueryString): number =>
  readParameters(listParameters, query).limit;
