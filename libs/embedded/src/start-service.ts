import { ManagedProcess, type ProcessOptions } from './managed-process.js';

const CHECK_TIMEOUT_MS = 2_000;

export interface ServiceOptions extends Omit<ProcessOptions, 'isReady' | 'beforeStart' | 'user'> {
  /** Ready once this URL answers with a 2xx status. */
  readonly readyUrl?: string | undefined;
  /** Ready once this resolves with true; used when there is no `readyUrl`. */
  readonly readyCheck?: (() => Promise<boolean>) | undefined;
}

/**
 * Starts a service and resolves once it is ready; with neither check it counts as ready at once.
 * @throws ProcessStartError
 */
export function startService(options: ServiceOptions): Promise<ManagedProcess> {
  const { readyUrl, readyCheck, ...rest } = options;
  return ManagedProcess.start({
    ...rest,
    isReady: async () => {
      if (readyUrl !== undefined) {
        return answers(readyUrl);
      }
      return readyCheck === undefined ? true : readyCheck();
    },
  });
}

async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(CHECK_TIMEOUT_MS) });
  await response.body?.cancel();
  return response.ok;
}
