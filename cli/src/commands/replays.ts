import type { ReplayView } from '@tapeline/storage';
import { CliError } from '../cli-error.js';
import { GatewayClient } from '../gateway-client.js';
import { formatReplay, formatReplays } from '../quarantine/format-replay.js';
import { gatewayUrl } from '../stack/stack-file.js';

/** `tapeline replays [ID]`: the latest replays, or one with its details. */
export async function showReplays(
  id: string | undefined,
  options: { readonly json?: boolean },
): Promise<void> {
  const gateway = new GatewayClient(gatewayUrl());
  if (id !== undefined) {
    const replay = await gateway.find<ReplayView>(`/v1/replays/${encodeURIComponent(id)}`);
    if (!replay) {
      throw new CliError(
        `there is no replay '${id}' yet; 'tapeline replays' names the latest, and one submitted just now is known once the fetcher takes it`,
      );
    }
    console.log(options.json ? JSON.stringify(replay) : formatReplay(replay));
    return;
  }
  const answer = await gateway.get<{ replays: ReplayView[] }>('/v1/replays');
  if (options.json) console.log(JSON.stringify(answer));
  else if (answer.replays.length > 0) console.log(formatReplays(answer.replays));
  else console.log("nothing has been replayed; 'tapeline quarantine replay' does");
}
