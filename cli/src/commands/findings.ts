import { GatewayClient } from '../gateway-client.js';
import { formatFindings } from '../quarantine/format-replay.js';
import type { Finding } from '../quarantine/quarantine-answers.js';
import { filterParameters } from '../quarantine/refused-filter.js';
import { gatewayUrl } from '../stack/stack-file.js';

export interface FindingsOptions {
  readonly dataset?: string;
  readonly schema?: string;
  readonly chunk?: string;
  readonly check?: string;
  readonly severity?: string;
  readonly limit: number;
  readonly json?: boolean;
}

/** Messages are whole where output is no terminal. */
const WIDTH = process.stdout.columns ?? Infinity;

/** `tapeline findings`: what checks of whole chunks found. */
export async function showFindings(options: FindingsOptions): Promise<void> {
  const { dataset, schema, chunk, check, severity, limit } = options;
  const given = { ...(dataset && { dataset }), ...(schema && { schema }), ...(chunk && { chunk }) };
  const parameters = filterParameters(given, { check, severity, limit: limit + 1 });
  const gateway = new GatewayClient(gatewayUrl());
  const { findings } = await gateway.get<{ findings: Finding[] }>('/v1/findings', parameters);
  const shown = findings.slice(0, limit);
  if (options.json) console.log(JSON.stringify({ findings: shown }));
  else if (shown.length > 0) console.log(formatFindings(shown, WIDTH, findings.length > limit));
  else
    console.log(
      "checks of whole chunks found nothing of this; 'tapeline quarantine stats' shows what was refused",
    );
}
