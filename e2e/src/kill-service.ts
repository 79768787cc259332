/** Kills a service's process as the kernel would, while the stack starts it again. */
import type { ServiceName } from '@tapeline/embedded';
import type { StackClient } from './stack-client.js';
import { until } from './until.js';

/** Kills a service with SIGKILL. Resolves when its next process is ready. */
export async function killService({ stack }: StackClient, name: ServiceName): Promise<void> {
  const service = stack.services.get(name)!;
  const { restarts } = service.status();
  await service.kill('SIGKILL');
  await until(() => service.status().restarts > restarts && service.status().ready);
}

/**
 * Kills a service with SIGKILL and freezes its next process before that has loaded anything: nobody does its
 * work until then. Resolves to what lets the process go on.
 */
export async function killAndHold({ stack }: StackClient, name: ServiceName): Promise<() => void> {
  const service = stack.services.get(name)!;
  await service.kill('SIGKILL');
  await until(() => service.pid !== undefined);
  const pid = service.pid!;
  process.kill(pid, 'SIGSTOP');
  return () => void process.kill(pid, 'SIGCONT');
}
