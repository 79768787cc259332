/** What was submitted is counted by a server that may lose its answers. */
import { expect, it } from '@jest/globals';
import type { SubmissionMark } from './batch-requests.js';
import { FakeClock } from './fake-clock.js';
import { HistoricalClient } from './historical-client.js';
import { sampleJob } from './sample-job.js';
import { json, reply, reset, startScriptedServer } from './scripted-server.js';
import type { Answer } from './scripted-server.js';

const request = {
  dataset: 'GLBX.MDP3',
  schema: 'trades',
  symbols: ['ESU4', 'NQU4'],
  start: '2024-07-01',
  end: '2024-07-02',
};

/** What happens to each submission in turn: `lost` ones arrive, `missed` ones do not. */
type Fate = 'answered' | 'missed' | Answer;

async function startJobServer(options: {
  readonly fates: readonly Fate[];
  readonly before?: readonly object[];
  /** Looks for which a new job is not listed yet. */
  readonly blindLooks?: number;
  readonly failLookAt?: number;
}) {
  const jobs: object[] = [...(options.before ?? [])];
  const listed = { times: 0, urls: [] as string[] };
  let submissions = 0;
  let visible = jobs.length;
  const answer: Answer = (response) => {
    if (response.req.url?.startsWith('/v0/batch.list_jobs') === true) {
      listed.times += 1;
      listed.urls.push(response.req.url);
      if (listed.times > 1 + (options.blindLooks ?? 0)) visible = jobs.length;
      if (listed.times === options.failLookAt) return reply(400, 'no')(response);
      return json(jobs.slice(0, visible))(response);
    }
    const fate = options.fates[submissions++] ?? 'answered';
    if (fate === 'missed') return reset(response);
    const job = sampleJob({ id: `NEW-${submissions}` });
    jobs.push(job);
    return fate === 'answered' ? json(job)(response) : fate(response);
  };
  const server = await startScriptedServer(...Array.from({ length: 50 }, () => answer));
  const clock = new FakeClock();
  const client = new HistoricalClient({ apiKey: 'db-key', baseUrl: server.url, clock });
  return {
    batch: client.batch,
    clock,
    listed,
    submissions: () => submissions,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const other = sampleJob({ id: 'OTHER', schema: 'mbo' });
const same = sampleJob({ id: 'SAME' });

it('submits another job of the same parameters if that is asked for', async () => {
  await using server = await startJobServer({ fates: [], before: [same] });
  const marks: SubmissionMark[] = [];
  const onMark = (mark: SubmissionMark) => {
    expect(server.submissions()).toBe(0);
    marks.push(mark);
  };
  const job = await server.batch.submitJobOnce(request, { onMark });
  expect(job.id).toBe('NEW-1');
  const since = server.clock.now() - 86_400_000_000_000n;
  expect(marks).toEqual([{ since, knownIds: ['SAME'] }]);
  expect(server.listed.urls).toEqual([
    `/v0/batch.list_jobs?states=queued%2Cprocessing%2Cdone%2Cexpired&since=${since}`,
  ]);
});

it.each<[string, Answer]>([
  ['the connection is lost', reset],
  ['a gateway gives up', reply(504, '')],
  ['the server fails', reply(500, '')],
  ['the answer cannot be read', reply(200, '{"id":')],
])('finds the job where %s', async (_, fate) => {
  await using server = await startJobServer({ fates: [fate], before: [same, other] });
  expect((await server.batch.submitJobOnce(request)).id).toBe('NEW-1');
  expect(server.submissions()).toBe(1);
});

it('finds a job that is listed late', async () => {
  await using server = await startJobServer({ fates: [reset], blindLooks: 2, before: [same] });
  expect((await server.batch.submitJobOnce(request)).id).toBe('NEW-1');
  expect(server.submissions()).toBe(1);
  expect(server.clock.slept).toEqual([1_000, 5_000, 15_000]);
});

it('submits again only if there is no such job', async () => {
  await using server = await startJobServer({ fates: ['missed'], before: [same] });
  expect((await server.batch.submitJobOnce(request)).id).toBe('NEW-2');
  expect(server.submissions()).toBe(2);
  expect(server.listed.times).toBe(4);
});

it('asks for help where it cannot find out, and goes on with the mark', async () => {
  await using server = await startJobServer({ fates: [reset], failLookAt: 2 });
  const error = (await server.batch.submitJobOnce(request).catch((error: unknown) => error)) as {
    mark: SubmissionMark;
  };
  expect(error).toMatchObject({
    name: 'SubmissionUnknownError',
    retryable: true,
    mark: { knownIds: [] },
    cause: { name: 'ConnectionError' },
  });
  expect((await server.batch.submitJobOnce(request, { mark: error.mark })).id).toBe('NEW-1');
  expect(server.submissions()).toBe(1);
});

it('does not go on for ever', async () => {
  await using server = await startJobServer({ fates: ['missed', 'missed', 'missed', 'missed'] });
  await expect(server.batch.submitJobOnce(request)).rejects.toMatchObject({
    name: 'SubmissionUnknownError',
  });
  expect(server.submissions()).toBe(3);
});

it('submits nothing where the mark cannot be kept', async () => {
  await using server = await startJobServer({ fates: [] });
  const onMark = () => Promise.reject(new Error('the disk is full'));
  await expect(server.batch.submitJobOnce(request, { onMark })).rejects.toThrow('disk is full');
  expect(server.submissions()).toBe(0);
});

it('does not look for a job that was refused', async () => {
  await using server = await startJobServer({ fates: [reply(402, '')] });
  await expect(server.batch.submitJobOnce(request)).rejects.toMatchObject({
    name: 'PaymentRequiredError',
  });
  expect(server.listed.times).toBe(1);
});
