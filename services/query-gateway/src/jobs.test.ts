import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connectBus } from '@tapeline/bus';
import { testDatabase, testNats } from '@tapeline/testing';
import type { TestDatabase, TestNats } from '@tapeline/testing';
import { startTestGateway } from './start-test-gateway.js';
import type { TestGateway } from './start-test-gateway.js';

const command = {
  dataset: 'GLBX.MDP3',
  schema: 'trades',
  symbols: 'ESU4',
  start: '2024-07-01',
};
let database: TestDatabase;
let nats: TestNats;
let gateway: TestGateway;

beforeAll(async () => {
  database = await testDatabase();
  nats = await testNats();
  gateway = await startTestGateway(database, nats);
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([database.drop(), nats.stop()]);
});

const submit = async (body: object) => {
  const response = await fetch(`${gateway.url}/v1/jobs`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
  return { response, body: (await response.json()) as Record<string, unknown> };
};

/** The commands on the bus, in order. */
async function commands(): Promise<Record<string, unknown>[]> {
  const bus = await connectBus({ url: nats.url, name: 'test' });
  try {
    const { state } = await bus.jsm.streams.info('INGEST_COMMANDS');
    const found: Record<string, unknown>[] = [];
    for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
      found.push((await bus.jsm.streams.getMessage('INGEST_COMMANDS', { seq }))!.json());
    }
    return found;
  } finally {
    await bus.close();
  }
}

it('a command is checked, named and put on the bus', async () => {
  const { response, body } = await submit(command);
  expect(response.status).toBe(202);
  const jobId = String(body['job_id']);
  expect(jobId).toMatch(/^[0-9a-f]{16}$/);
  const links = { job: `/v1/jobs/${jobId}`, events: `/v1/jobs/${jobId}/events` };
  expect(body).toEqual({ job_id: jobId, links });
  expect(response.headers.get('location')).toBe(`/v1/jobs/${jobId}`);
  expect(await commands()).toEqual([
    { ...command, symbols: ['ESU4'], stype_in: 'raw_symbol', job_id: jobId },
  ]);
});

it('a command sent twice under one id is one job', async () => {
  const before = await commands();
  const named = { ...command, job_id: 'mine' };
  expect((await submit(named)).response.status).toBe(202);
  expect((await submit(named)).response.status).toBe(202);
  expect(await commands()).toHaveLength(before.length + 1);
});

it('a wrong command is refused with every reason, and does not reach the bus', async () => {
  const before = await commands();
  const { response, body } = await submit({ ...command, schema: 'mbp-5', start: 'soon' });
  expect(response.status).toBe(422);
  expect(body).toMatchObject({
    type: 'urn:tapeline:problem:invalid-command',
    reasons: [expect.stringMatching(/^schema: 'mbp-5'/), expect.stringMatching(/^start: 'soon'/)],
  });
  expect(await commands()).toEqual(before);
});

it('jobs are listed and shown, and their ids are taken', async () => {
  await gateway.storage.pool.query(
    `INSERT INTO job (job_id, state, dataset, schema, command, accepted_at)
          VALUES ('done', 'completed', 'GLBX.MDP3', 'trades', '{"symbols": ["ESU4"]}', now())`,
  );
  const shown = (await (await gateway.get('/v1/jobs/done')).json()) as object;
  expect(shown).toMatchObject({
    job_id: 'done',
    state: 'completed',
    symbols: ['ESU4'],
    fetched: 0,
    holds: true,
  });
  const listed = await gateway.get('/v1/jobs?limit=1');
  expect(await listed.json()).toMatchObject({ jobs: [{ job_id: 'done' }] });

  const { response, body } = await submit({ ...command, job_id: 'done' });
  expect(response.status).toBe(409);
  expect(body).toMatchObject({ type: 'urn:tapeline:problem:job-exists', job_id: 'done' });
});

it('a dry run is told so, with where its quote will be', async () => {
  const { body } = await submit({ ...command, job_id: 'quote', dry_run: true });
  const links = { job: '/v1/jobs/quote', events: '/v1/jobs/quote/events' };
  expect(body).toEqual({ job_id: 'quote', dry_run: true, links });
});

it('a job that has not ended can be cancelled, and no other', async () => {
  await gateway.storage.pool.query(
    `INSERT INTO job (job_id, state) VALUES ('runs', 'running'), ('waits', 'awaiting_approval'), ('again', 'running')`,
  );
  await gateway.storage.pool.query(
    `INSERT INTO replay (replay_id, command, state) VALUES ('again', '{}', 'running')`,
  );
  const cancel = async (jobId: string) => {
    const response = await fetch(`${gateway.url}/v1/jobs/${jobId}/cancel`, { method: 'POST' });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  expect(await cancel('runs')).toEqual({
    status: 202,
    body: {
      job_id: 'runs',
      decision: 'cancel',
      state: 'running',
      links: { job: '/v1/jobs/runs', events: '/v1/jobs/runs/events' },
    },
  });
  expect(await cancel('waits')).toMatchObject({
    status: 202,
    body: { state: 'awaiting_approval' },
  });
  expect((await commands()).slice(-2)).toEqual([
    { job_id: 'runs', decision: 'cancel' },
    { job_id: 'waits', decision: 'cancel' },
  ]);
  const type = 'urn:tapeline:problem:not-cancellable';
  const detail = "job 'done' is completed already";
  expect(await cancel('done')).toMatchObject({ status: 409, body: { type, detail } });
  expect(await cancel('again')).toMatchObject({ status: 409, body: { type } });
  expect(await cancel('nobody')).toMatchObject({ status: 404 });
});

it('without the bus queries work, and a command says how to send it again', async () => {
  await nats.crash();
  try {
    expect((await gateway.get('/healthz')).status).toBe(200);
    expect((await gateway.get('/v1/jobs')).status).toBe(200);
    const ready = await gateway.get('/readyz');
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      checks: { database: 'ok', bus: 'the bus does not answer' },
    });
    const { response, body } = await submit({ ...command, job_id: 'later' });
    expect(response.status).toBe(503);
    expect(body).toMatchObject({
      type: 'urn:tapeline:problem:bus-unavailable',
      job_id: 'later',
      remedy: expect.stringContaining('"job_id": "later"'),
    });
  } finally {
    await nats.revive();
  }
  const repeated = async (): Promise<number> => {
    const { response } = await submit({ ...command, job_id: 'later' });
    return response.status;
  };
  let status = await repeated();
  for (let attempt = 0; status !== 202 && attempt < 20; attempt++) {
    await delay(100);
    status = await repeated();
  }
  expect(status).toBe(202);
  const taken = await commands();
  expect(taken.filter((sent) => sent['job_id'] === 'later')).toHaveLength(1);
});
