import type { ReplayView } from '@tapeline/storage';
import { setTimeout as delay } from 'node:timers/promises';
import { CliError } from '../cli-error.js';
import { formatCount, showProgress } from '../dbn/show-progress.js';
import type { GatewayClient } from '../gateway-client.js';

const POLL_MS = 200;
/** A replay whose counts stand still for so long is given up on; the replay itself goes on. */
const STALL_MS = 300_000;

/** Follows a replay to its end. @throws CliError if nothing moves for {@link STALL_MS}. */
export async function watchReplay(gateway: GatewayClient, id: string): Promise<ReplayView> {
  let replay: ReplayView | undefined;
  let moved = Date.now();
  const handled = (of: ReplayView | undefined): number =>
    of ? of.stored + of.quarantined + of.filtered : 0;
  const endProgress = showProgress(
    () => `${formatCount(handled(replay))} of ${formatCount(replay?.selected ?? 0)} records tried`,
  );
  try {
    for (;;) {
      const before = handled(replay);
      replay = await gateway.find<ReplayView>(`/v1/replays/${encodeURIComponent(id)}`);
      if (replay && replay.state !== 'running') return replay;
      if (handled(replay) !== before) moved = Date.now();
      if (Date.now() - moved > STALL_MS) {
        throw new CliError(
          `nothing has moved for ${STALL_MS / 1000} s; 'tapeline replays ${id}' shows the replay, 'tapeline status' the services`,
        );
      }
      await delay(POLL_MS);
    }
  } finally {
    endProgress();
  }
}
