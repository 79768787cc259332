/** Every stored row has its symbol, however it was asked for. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { StackClient } from './stack-client.js';

let client: StackClient;
const day = { dataset: 'GLBX.MDP3', start: '2024-07-01' };

beforeAll(async () => {
  client = await StackClient.start('symbology', { SANDBOX_TRADES_PER_DAY: '500' });
});
afterAll(() => client?.stop());

it('names the instruments that an answer to ALL_SYMBOLS brings', async () => {
  const job = await client.run({ ...day, schema: 'trades', symbols: 'ALL_SYMBOLS' });
  expect(job).toMatchObject({ state: 'completed', holds: true });
  const all = await client.records({ ...day, schema: 'trades', symbols: 'ALL_SYMBOLS' });
  expect(all).toHaveLength(job.stored);
  expect(all.filter(({ symbol }) => symbol === null)).toHaveLength(0);
  const own = await client.records({ ...day, schema: 'trades', symbols: 'ESU4' });
  expect(own).toEqual(all.filter(({ symbol }) => symbol === 'ESU4'));
  expect(own.length).toBeGreaterThan(0);
});
