import { CliError } from '../cli-error.js';
import { GatewayClient } from '../gateway-client.js';
import { confirm } from '../quarantine/confirm.js';
import { formatReplay } from '../quarantine/format-replay.js';
import { filterBody, isEmpty } from '../quarantine/refused-filter.js';
import type { RefusedFilter } from '../quarantine/refused-filter.js';
import { watchReplay } from '../quarantine/watch-replay.js';
import { gatewayUrl } from '../stack/stack-file.js';

export interface QuarantineReplayOptions extends RefusedFilter {
  readonly from: 'quarantine' | 'archive';
  readonly dryRun?: boolean;
  readonly wait: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `tapeline quarantine replay`: tries refused records, or whole chunks, under the rules of now. */
export async function replayRefused(options: QuarantineReplayOptions): Promise<void> {
  const { from: source, dryRun, wait } = options;
  if (source === 'archive' && options.job === undefined && options.chunk === undefined) {
    throw new CliError('whole chunks are replayed by --job or --chunk');
  }
  if (isEmpty(options) && !dryRun) {
    await confirm('replay every open refused record', options.yes ?? false);
  }
  const gateway = new GatewayClient(gatewayUrl());
  const command = { source, filter: filterBody(options), dry_run: dryRun ?? false };
  const { replay_id: id } = await gateway.post<{ replay_id: string }>(
    '/v1/quarantine/replay',
    command,
  );
  if (!wait) {
    console.log(
      options.json
        ? JSON.stringify({ replay_id: id })
        : `'tapeline replays ${id}' shows the replay`,
    );
    return;
  }
  const replay = await watchReplay(gateway, id);
  console.log(options.json ? JSON.stringify(replay) : formatReplay(replay));
  if (replay.state === 'failed') process.exitCode = 1;
}
