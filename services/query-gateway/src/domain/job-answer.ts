import { isFileRequest } from '@tapeline/contracts';
import type { JobSubmission } from './job-submission.js';

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
