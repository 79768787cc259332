import { GatewayClient } from '../gateway-client.js';
import { formatStats, nothingRefused } from '../quarantine/format-refused.js';
import type { RefusedStats } from '../quarantine/quarantine-answers.js';
import { filterParameters } from '../quarantine/refused-filter.js';
import type { RefusedFilter } from '../quarantine/refused-filter.js';
import { gatewayUrl } from '../stack/stack-file.js';

export interface QuarantineStatsOptions extends RefusedFilter {
  readonly by: string;
  readonly state?: string;
  readonly severity?: string;
  readonly json?: boolean;
}

/** `tapeline quarantine stats`: refused records counted by cause. */
export async function countRefused(options: QuarantineStatsOptions): Promise<void> {
  const { by, state, severity } = options;
  const parameters = filterParameters(options, { by, state, severity });
  const gateway = new GatewayClient(gatewayUrl());
  const stats = await gateway.get<RefusedStats>('/v1/quarantine/stats', parameters);
  if (options.json) console.log(JSON.stringify(stats));
  else console.log(stats.groups.length === 0 ? nothingRefused(state) : formatStats(stats));
}
