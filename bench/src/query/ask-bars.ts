import type { Stack } from '@tapeline/embedded';
import autocannon from 'autocannon';
import { keyOf } from '../trades-job.js';
import { BARS } from './fill-store.js';

const CLIENTS = 50;
const SECONDS = 10;

export interface BarsResult {
  readonly bars_clients: number;
  readonly bars_month_p50_ms: number;
  readonly bars_month_p99_ms: number;
  readonly bars_requests_per_s: number;
}

/** A month of daily bars, asked for by clients each of which asks again as soon as it has its answer. */
export async function askBars(stack: Stack): Promise<BarsResult> {
  const url = new URL('/v1/bars', stack.urls.gateway);
  url.search = new URLSearchParams({
    dataset: 'GLBX.MDP3',
    symbols: 'ES.c.0',
    stype_in: 'continuous',
    bucket: '1d',
    ...BARS,
  }).toString();
  const ask = (duration: number) =>
    autocannon({
      url: url.href,
      headers: keyOf(stack),
      connections: CLIENTS,
      duration,
      workers: 1,
    });
  await ask(2);
  const { latency, requests, non2xx, errors } = await ask(SECONDS);
  if (non2xx + errors > 0) throw new Error(`${non2xx + errors} requests for bars failed`);
  return {
    bars_clients: CLIENTS,
    bars_month_p50_ms: latency.p50,
    bars_month_p99_ms: latency.p99,
    bars_requests_per_s: Math.round(requests.average),
  };
}
