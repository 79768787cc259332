import { setTimeout as delay } from 'node:timers/promises';
import { HEARTBEAT, PREAMBLE } from './frame.js';

/**
 * Frames as they come, a heartbeat whenever none has come for a while. No frame is asked for before the one before it
 * was taken, so a slow reader is felt by their source; it is closed when the reader goes.
 */
export async function* withHeartbeats(
  frames: AsyncGenerator<string, void>,
  everyMs: number,
): AsyncGenerator<string, void> {
  yield PREAMBLE;
  try {
    let next = frames.next();
    for (;;) {
      const timer = new AbortController();
      const quiet = delay(everyMs, undefined, { signal: timer.signal }).catch(() => undefined);
      const result = await Promise.race([next, quiet]);
      timer.abort();
      if (result === undefined) {
        yield HEARTBEAT;
        continue;
      }
      if (result.done) return;
      yield result.value;
      next = frames.next();
    }
  } finally {
    await frames.return();
  }
}
