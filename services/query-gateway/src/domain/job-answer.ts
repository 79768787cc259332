import { isFileRequest, jobIdSchema } from '@tapeline/contracts';
import { z } from 'zod';
import type { JobSubmission } from './job-submission.js';

/** The part of the path that names a job. */
export const jobPath = z.object({ id: jobIdSchema });

/** Where a job is shown and told of. */
export const linksOf = (jobId: string) => ({
  job: `/v1/jobs/${jobId}`,
  events: `/v1/jobs/${jobId}/events`,
});

/** What is said of a submission that the bus has stored; the job that it links to has the quote of a dry run. */
export function submittedAnswer({ jobId, command }: JobSubmission) {
  const isDry = !isFileRequest(command) && command.dry_run === true;
  return { job_id: jobId, ...(isDry && { dry_run: true }), links: linksOf(jobId) };
}
