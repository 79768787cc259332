import { GatewayClient } from '../gateway-client.js';
import { formatReplay, formatReplays } from '../quarantine/format-replay.js';
import type { Replay } from '../quarantine/quarantine-answers.js';
import { gatewayUrl } from '../stack/stack-file.js';

/** `tapeline replays [ID]`: the latest replays, or one with its details. */
export async function showReplays(
  id: string | undefined,
  options: { readonly json?: boolean },
): Promise<void> {
  const gateway = new GatewayClient(gatewayUrl());
  if (id !== undefined) {
    const replay = await gateway.get<Replay>(`/v1/replays/${encodeURIComponent(id)}`);
    console.log(options.json ? JSON.stringify(replay) : formatReplay(replay));
    return;
  }
  const answer = await gateway.get<{ replays: Replay[] }>('/v1/replays');
  if (options.json) console.log(JSON.stringify(answer));
  else if (answer.replays.length > 0) console.log(formatReplays(answer.replays));
  else console.log("nothing has been replayed; 'tapeline quarantine replay' does");
}
