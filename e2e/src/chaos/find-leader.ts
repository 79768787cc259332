import { setTimeout as delay } from 'node:timers/promises';
import type { NatsServer } from '@tapeline/embedded';
import type { Leader } from './plan-faults.js';

/** What a node tells under `/jsz`, as far as it matters here. */
interface JetStreamState {
  readonly meta_cluster?: { readonly leader?: string };
  readonly account_details?: readonly {
    readonly stream_detail?: readonly {
      readonly name: string;
      readonly cluster?: { readonly leader?: string };
    }[];
  }[];
}

const ANSWER_MS = 1_000;
const POLL_MS = 50;

/** The node that leads the cluster or a stream at the moment; waits for an election to end. */
export async function findLeader(
  nodes: readonly NatsServer[],
  leader: Leader,
  signal: AbortSignal,
): Promise<NatsServer> {
  for (;;) {
    signal.throwIfAborted();
    for (const { monitorUrl, pid } of nodes) {
      if (monitorUrl === undefined || pid === undefined) continue;
      const name = leaderOf(await ask(monitorUrl), leader);
      const node = nodes.find((one) => one.status().name === name);
      if (node?.pid !== undefined) return node;
    }
    await delay(POLL_MS);
  }
}

async function ask(monitorUrl: string): Promise<JetStreamState> {
  try {
    const response = await fetch(`${monitorUrl}/jsz?accounts=true&streams=true`, {
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return (await response.json()) as JetStreamState;
  } catch {
    // Killed or frozen: another node knows, too.
    return {};
  }
}

function leaderOf(state: JetStreamState, leader: Leader): string | undefined {
  if (leader === 'meta leader') return state.meta_cluster?.leader;
  const stream = leader.slice(0, -' leader'.length);
  const streams = state.account_details?.flatMap((account) => account.stream_detail ?? []);
  return streams?.find(({ name }) => name === stream)?.cluster?.leader;
}
