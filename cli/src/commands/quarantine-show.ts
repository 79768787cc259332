import { CliError } from '../cli-error.js';
import { GatewayClient } from '../gateway-client.js';
import { formatRecord } from '../quarantine/format-refused.js';
import type { ShownRecord } from '../quarantine/quarantine-answers.js';
import { gatewayUrl } from '../stack/stack-file.js';

/** `tapeline quarantine show ID`: every field of a refused record, and why it was refused. */
export async function showRefused(id: string, options: { readonly json?: boolean }): Promise<void> {
  const path = `/v1/quarantine/${encodeURIComponent(id)}`;
  const record = await new GatewayClient(gatewayUrl()).find<ShownRecord>(path);
  if (!record) {
    throw new CliError(
      `there is no refused record '${id}'; 'tapeline quarantine list --state all' names them`,
    );
  }
  console.log(options.json ? JSON.stringify(record) : formatRecord(record));
}
