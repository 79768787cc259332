/** A cancelled job ends after the chunk in hand: what is complete is kept, and nothing else is bought. */
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { SandboxControl } from './sandbox-control.js';
import { StackClient } from './stack-client.js';
import { until } from './until.js';

const RANGE = 'timeseries.get_range';

let client: StackClient;
let sandbox: SandboxControl;

beforeAll(async () => {
  client = await StackClient.start('cancel', { SANDBOX_TRADES_PER_DAY: '2000' });
  sandbox = new SandboxControl(client);
});
afterEach(() => client?.clearFaults());
afterAll(() => client?.stop());

const days = {
  dataset: 'GLBX.MDP3',
  schema: 'trades',
  symbols: 'ES.c.0',
  stype_in: 'continuous',
  start: '2024-07-01',
  end: '2024-07-04',
};

const bought = async (): Promise<number> => (await sandbox.calls(RANGE)).length;

it('ends a running job after its chunk, and another job fetches only what is left', async () => {
  await client.fault({ method: RANGE, stall_after_bytes: 10_000 });
  const jobId = await client.submit(days);
  await sandbox.stalled(RANGE);
  expect((await client.decide(jobId, 'cancel')).status).toBe(202);
  await until(async () => (await client.job(jobId))?.state === 'cancelling');
  await sandbox.letGo(RANGE);
  const job = await client.ended(jobId);
  expect(job).toMatchObject({ state: 'cancelled', reason: 'cancelled' });
  // Its batches may still be on their way when it has ended.
  await until(async () => (await client.job(jobId))!.holds);
  const { stored } = (await client.job(jobId))!;
  expect(stored).toBeGreaterThan(100);
  expect(await client.count('trades')).toBe(stored);
  expect(await bought()).toBe(1);
  expect((await client.decide(jobId, 'cancel')).status).toBe(409);

  const rest = await client.run(days);
  expect(rest).toMatchObject({ state: 'completed', holds: true });
  expect(await bought()).toBe(3);
  expect(await client.count('trades')).toBe(stored + rest.stored);
  const held = await client.records({ ...days });
  expect(held).toHaveLength(stored + rest.stored);
});

it('ends a job that waits, and one that is asked to end twice', async () => {
  const waiting = await client.run({ ...days, schema: 'tbbo', max_cost_usd: 0 });
  expect(waiting.state).toBe('awaiting_approval');
  await client.decide(waiting.job_id, 'cancel');
  await client.decide(waiting.job_id, 'cancel');
  await until(async () => (await client.job(waiting.job_id))?.state === 'cancelled');
  expect((await client.decide(waiting.job_id, 'approve')).status).toBe(409);
  expect(await client.count('tbbo')).toBe(0);
});
