/** From a command to a saved plan: what its symbols mean, what is held, what must be requested, at what price. */
import { isFileRequest } from '@tapeline/contracts';
import type { IngestCommand } from '@tapeline/contracts';
import type { JobPlan, PlanContext } from './job-plan.js';
import { planApiJob } from './plan-api-job.js';
import { planFileJob } from './plan-file-job.js';

/**
 * Plans a job and, if it may be carried out, saves its plan. Requests nothing that costs money.
 * @throws DatabentoError, DbnError or the database's error; nothing is saved then.
 */
export const planJob = (
  context: PlanContext,
  jobId: string,
  command: IngestCommand,
): Promise<JobPlan> =>
  isFileRequest(command)
    ? planFileJob(context, jobId, command)
    : planApiJob(context, jobId, command);
