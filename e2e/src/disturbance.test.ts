/** The short form of `npm run chaos`: every process is killed once during one small job. */
import { expect, it } from '@jest/globals';
import { runTrades, VICTIMS } from './disturbance.js';

const TRADES_PER_DAY = 30_000;

it('loses and doubles nothing when each service, nats-server and PostgreSQL are killed in turn', async () => {
  const peace = await runTrades('peace', TRADES_PER_DAY, []);
  expect(peace.job).toMatchObject({ state: 'completed', holds: true, quarantined: 0, filtered: 0 });
  expect(peace.rows).toBe(peace.job.fetched);
  expect(peace.rows).toBeGreaterThan(TRADES_PER_DAY);

  const disturbed = await runTrades('disturbed', TRADES_PER_DAY, VICTIMS);
  expect(disturbed.killed).toEqual(VICTIMS);
  expect(disturbed.job).toMatchObject({ state: 'completed', holds: true });
  expect(disturbed.rows).toBe(peace.rows);
  expect(disturbed.checksum).toBe(peace.checksum);
}, 240_000);
