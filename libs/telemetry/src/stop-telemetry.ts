import { setTimeout as delay } from 'node:timers/promises';

const STOP_MS = 1_500;

let stop: (() => Promise<void>) | undefined;

/** Names what `stopTelemetry` is to do. */
export function onStop(task: () => Promise<void>): void {
  stop = task;
}

/**
 * Sends the spans and metrics not yet sent: the last thing to do before `process.exit`. Does nothing
 * where telemetry is off, and never throws; a collector that is away costs at most 1.5 s.
 */
export async function stopTelemetry(): Promise<void> {
  const stopped = stop?.().catch(() => undefined);
  if (stopped) await Promise.race([stopped, delay(STOP_MS, undefined, { ref: false })]);
}
