import { setTimeout as delay } from 'node:timers/promises';
import { CliError } from '../cli-error.js';
import { GatewayClient } from '../gateway-client.js';
import { confirm } from '../quarantine/confirm.js';
import type { RefusedStats } from '../quarantine/quarantine-answers.js';
import { filterBody, filterParameters, isEmpty } from '../quarantine/refused-filter.js';
import type { RefusedFilter } from '../quarantine/refused-filter.js';
import { gatewayUrl } from '../stack/stack-file.js';

export interface QuarantineDiscardOptions extends RefusedFilter {
  readonly note?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

const POLL_MS = 200;
const WAIT_MS = 60_000;

const NOTHING_OPEN =
  "nothing to discard: no open record is meant; 'tapeline quarantine stats' counts resolved ones, too";

interface Counts {
  readonly open: number;
  readonly discarded: number;
}

/** `tapeline quarantine discard`: marks refused records that nobody wants any more. */
export async function discardRefused(options: QuarantineDiscardOptions): Promise<void> {
  const gateway = new GatewayClient(gatewayUrl());
  const before = await countsOf(gateway, options);
  if (before.open > 0) {
    await confirm(`discard ${records(before.open)}`, options.yes ?? false);
    await gateway.post('/v1/quarantine/discard', {
      filter: filterBody(options),
      everything: isEmpty(options),
      note: options.note,
    });
  }
  const after = before.open === 0 ? before : await untilDiscarded(gateway, options, before);
  const discarded = after.discarded - before.discarded;
  if (options.json) console.log(JSON.stringify({ discarded, open: after.open }));
  else if (before.open === 0) console.log(NOTHING_OPEN);
  else {
    const left = 'stay open, which a replay under way has marked or which came since';
    const kept = after.open === 0 ? '' : `; ${after.open.toLocaleString('en-US')} ${left}`;
    console.log(`discarded ${records(discarded)}${kept}`);
  }
}

const records = (count: number): string =>
  `${count.toLocaleString('en-US')} refused record${count === 1 ? '' : 's'}`;

async function countsOf(gateway: GatewayClient, filter: RefusedFilter): Promise<Counts> {
  const path = '/v1/quarantine/stats';
  const { open, groups } = await gateway.get<RefusedStats>(path, filterParameters(filter));
  return { open, discarded: groups.reduce((sum, group) => sum + group.discarded, 0) };
}

/** The counts once the command has been done. Open ones alone do not tell: more may come meanwhile. @throws CliError */
async function untilDiscarded(
  gateway: GatewayClient,
  filter: RefusedFilter,
  before: Counts,
): Promise<Counts> {
  for (const deadline = Date.now() + WAIT_MS; Date.now() < deadline; await delay(POLL_MS)) {
    const now = await countsOf(gateway, filter);
    if (now.discarded > before.discarded || now.open === 0) return now;
  }
  throw new CliError(
    "the command is on its way, but nothing has been discarded yet: either a replay under way has marked all of them, or the writer does not take commands; 'tapeline status' and 'tapeline replays' show it",
  );
}
