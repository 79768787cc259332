/** The typed client against a real stack. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connectGateway, readRecords } from '@tapeline/client';
import type { Gateway } from '@tapeline/client';
import { StackClient } from './stack-client.js';

const RANGE = {
  dataset: 'GLBX.MDP3',
  schema: 'trades',
  symbols: 'ES.c.0',
  stype_in: 'continuous',
  start: '2024-07-01',
  end: '2024-07-02',
} as const;

let stack: StackClient;
let gateway: Gateway;

beforeAll(async () => {
  stack = await StackClient.start('client', { SANDBOX_TRADES_PER_DAY: '5000' });
  gateway = connectGateway(stack.stack.urls.gateway, { key: stack.stack.gatewayKey });
});
afterAll(() => stack?.stop());

it('submits a job, and streams the records that a JSON answer has', async () => {
  const { data: submitted } = await gateway.POST('/v1/jobs', {
    body: { ...RANGE, symbols: [RANGE.symbols] },
  });
  const job = await stack.ended(submitted!.job_id);
  expect(job).toMatchObject({ state: 'completed', holds: true });
  const { data: told } = await gateway.GET('/v1/jobs/{id}', {
    params: { path: { id: job.job_id } },
  });
  expect(told).toMatchObject({ state: 'completed', fetched: job.fetched });

  const { data: body } = await gateway.GET('/v1/timeseries', {
    params: { query: { ...RANGE, encoding: 'ndjson' } },
    parseAs: 'stream',
  });
  const records: object[] = [];
  for await (const record of readRecords(body!)) records.push(record);
  expect(records.length).toBe(job.fetched);
  expect(records).toEqual(await stack.records(RANGE));
});

it('has the remedy of what is refused', async () => {
  const query = { ...RANGE, symbols: 'NOSUCH', stype_in: 'raw_symbol' } as const;
  await expect(gateway.GET('/v1/timeseries', { params: { query } })).rejects.toMatchObject({
    name: 'GatewayProblem',
    status: 404,
    kind: 'unknown-symbol',
    remedy: expect.any(String),
  });
  const keyless = connectGateway(stack.stack.urls.gateway);
  await expect(keyless.GET('/v1/jobs')).rejects.toMatchObject({ status: 401, kind: 'key-missing' });
});
