import { GatewayClient } from '../gateway-client.js';
import { formatPage, nothingRefused } from '../quarantine/format-refused.js';
import type { RefusedPage } from '../quarantine/quarantine-answers.js';
import { filterParameters } from '../quarantine/refused-filter.js';
import type { RefusedFilter } from '../quarantine/refused-filter.js';
import { gatewayUrl } from '../stack/stack-file.js';

export interface QuarantineListOptions extends RefusedFilter {
  readonly state?: string;
  readonly severity?: string;
  readonly limit: number;
  readonly before?: string;
  readonly json?: boolean;
}

/** Where output is no terminal. */
const WIDTH = 160;

/** `tapeline quarantine list`: refused records, the last ones first. */
export async function listRefused(options: QuarantineListOptions): Promise<void> {
  const { state, severity, limit, before: cursor } = options;
  const parameters = filterParameters(options, { state, severity, limit, cursor });
  const page = await new GatewayClient(gatewayUrl()).get<RefusedPage>('/v1/quarantine', parameters);
  if (options.json) console.log(JSON.stringify(page));
  else if (page.records.length === 0) console.log(nothingRefused(state));
  else console.log(formatPage(page, process.stdout.columns ?? WIDTH));
}
