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

/** `tapeline quarantine discard`: marks refused records that nobody wants any more. */
export async function discardRefused(options: QuarantineDiscardOptions): Promise<void> {
  const gateway = new GatewayClient(gatewayUrl());
  const open = async (): Promise<number> => {
    const parameters = filterParameters(options, { state: 'open' });
    return (await gateway.get<RefusedStats>('/v1/quarantine/stats', parameters)).open;
  };
  const before = await open();
  if (before > 0) {
    const what = `${before.toLocaleString('en-US')} refused records`;
    await confirm(`discard ${what}`, options.yes ?? false);
    await gateway.post('/v1/quarantine/discard', {
      filter: filterBody(options),
      everything: isEmpty(options),
      note: options.note,
    });
  }
  const left = before === 0 ? 0 : await untilStill(open, before);
  if (options.json) console.log(JSON.stringify({ discarded: before - left, open: left }));
  else if (before === 0) console.log('no open record is meant');
  else {
    const kept =
      left === 0
        ? ''
        : `; ${left} stay open, which a replay under way has marked or which came since`;
    console.log(`${(before - left).toLocaleString('en-US')} records are discarded${kept}`);
  }
}

/** The open ones that are left once some have gone. @throws CliError if none go. */
async function untilStill(open: () => Promise<number>, before: number): Promise<number> {
  for (const deadline = Date.now() + WAIT_MS; Date.now() < deadline; await delay(POLL_MS)) {
    const left = await open();
    if (left < before) return left;
  }
  throw new CliError(
    "the command is on its way, but nothing has been discarded yet: either a replay under way has marked all of them, or the writer does not take commands; 'tapeline status' and 'tapeline replays' show it",
  );
}
