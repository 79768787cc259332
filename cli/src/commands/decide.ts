import { formatUsd } from '../format-usd.js';
import { GatewayClient } from '../gateway-client.js';
import type { Decision } from '../gateway-client.js';
import { gatewayUrl } from '../stack/stack-file.js';

/**
 * `tapeline approve JOB` and `tapeline refuse JOB`: what a person says to a job that waits. `tapeline cancel JOB`: the
 * end of one that waits or runs.
 */
export async function decide(
  jobId: string,
  decision: Decision,
  options: { readonly json?: boolean },
): Promise<void> {
  const { quote, reason } = await new GatewayClient(gatewayUrl()).decide(jobId, decision);
  if (options.json) {
    console.log(JSON.stringify({ job_id: jobId, decision, usd: quote?.usd ?? null }));
    return;
  }
  const watch = `'tapeline status ${jobId}' shows how far it is`;
  if (decision === 'cancel') {
    console.log(`job ${jobId} ends after the chunk that is being fetched, if any is; ${watch}`);
    return;
  }
  if (reason === 'too_many_refused') {
    console.log(
      decision === 'approve'
        ? `what is refused of job ${jobId} stays refused; ${watch}`
        : `job ${jobId} is refused; what was fetched stays in the archive, for a replay under other rules`,
    );
    return;
  }
  const price = quote ? formatUsd(quote.usd) : 'its price';
  console.log(
    decision === 'approve'
      ? `job ${jobId} may cost ${price}; ${watch}`
      : `job ${jobId} is refused; nothing is bought`,
  );
}
