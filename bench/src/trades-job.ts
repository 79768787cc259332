import { setTimeout as delay } from 'node:timers/promises';
import type { Stack } from '@tapeline/embedded';

interface Job {
  readonly state: string;
  readonly stored: number;
  readonly message: string | null;
}

const POLL_MS = 50;

/** Asks again until there is an answer. */
export async function waitFor<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await delay(POLL_MS);
  }
}

export const keyOf = ({ gatewayKey }: Stack) => ({ authorization: `Bearer ${gatewayKey}` });

/** Submits a job of the front contract's trades on the days `[start, end)`. @returns its id. */
export const submitTrades = (
  stack: Stack,
  start: Temporal.PlainDate,
  end: Temporal.PlainDate,
): Promise<string> =>
  submitJob(stack, { schema: 'trades', start: start.toString(), end: end.toString() });

/** Submits a job of the front contract. @returns its id. */
export async function submitJob(
  stack: Stack,
  wanted: { readonly schema: string; readonly start: string; readonly end: string },
): Promise<string> {
  const response = await fetch(new URL('/v1/jobs', stack.urls.gateway), {
    method: 'POST',
    headers: { ...keyOf(stack), 'content-type': 'application/json' },
    body: JSON.stringify({
      dataset: 'GLBX.MDP3',
      symbols: 'ES.c.0',
      stype_in: 'continuous',
      ...wanted,
    }),
  });
  return ((await response.json()) as { job_id: string }).job_id;
}

/** The job once it is complete. @throws Error if it ends otherwise. */
export function completedJob(stack: Stack, jobId: string): Promise<Job> {
  return waitFor(async () => {
    const answer = await fetch(new URL(`/v1/jobs/${jobId}`, stack.urls.gateway), {
      headers: keyOf(stack),
    });
    const job = (await answer.json()) as Job;
    if (['failed', 'rejected', 'awaiting_approval'].includes(job.state)) {
      throw new Error(`the job is ${job.state}: ${job.message}`);
    }
    return job.state === 'completed' ? job : undefined;
  });
}
