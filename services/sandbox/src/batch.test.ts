/** Batch jobs over real HTTP, submitted and looked at by our own client. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BatchFile, BatchJobRequest, ListJobsRequest } from '@tapeline/databento';
import { at } from './domain/collect-records.js';
import { SandboxSession } from './sandbox-session.js';

let session: SandboxSession;
beforeAll(async () => {
  session = await SandboxSession.start(400);
});
afterAll(() => session.stop());

const request: BatchJobRequest = {
  dataset: 'GLBX.MDP3',
  schema: 'trades',
  symbols: ['ES.c.0', 'CL.c.0'],
  stypeIn: 'continuous',
  start: '2024-07-05',
  end: '2024-07-09',
};

describe('a job', () => {
  it('is queued, processed and done', async () => {
    const submitted = await session.client.batch.submitJob(request);
    expect(submitted).toMatchObject({
      id: expect.stringMatching(/^GLBX-\d{8}-[A-Z0-9]{10}$/),
      state: 'queued',
      progress: null,
      costUsd: null,
      recordCount: null,
      tsProcessDone: null,
      symbols: request.symbols,
      start: at('2024-07-05'),
      end: at('2024-07-09'),
    });
    const { id } = submitted;
    expect((await session.client.batch.getJobDetails(id)).state).toBe('processing');
    await expect(session.client.batch.listFiles(id)).rejects.toMatchObject({ status: 409 });
    let job = await session.client.batch.getJobDetails(id);
    while (job.state === 'processing') job = await session.client.batch.getJobDetails(id);
    const count = await session.client.getRecordCount(request);
    expect(job).toMatchObject({
      state: 'done',
      progress: 100,
      recordCount: count,
      billedSize: count * 48,
      costUsd: await session.client.getCost(request),
      tsExpiration: job.tsProcessDone! + 30n * 86_400_000_000_000n,
    });
    const files = await session.client.batch.listFiles(id);
    const sum = (own: BatchFile[]) => own.reduce((total, { size }) => total + size, 0);
    expect(job.packageSize).toBe(sum(files));
    expect(job.actualSize).toBe(sum(files.filter(({ filename }) => !filename.endsWith('json'))));
  });

  it('has every key from the beginning, whichever way booleans are written', async () => {
    for (const [no, yes] of [
      ['0', '1'],
      ['false', 'true'],
      ['False', 'True'],
    ] as const) {
      const response = await session.call('/v0/batch.submit_job', {
        body: new URLSearchParams({
          dataset: 'GLBX.MDP3',
          symbols: 'ESU4',
          schema: 'ohlcv-1d',
          start: '2024-07-01',
          encoding: 'dbn',
          pretty_px: no,
          map_symbols: no,
          pretty_ts: yes,
          split_symbols: yes,
          split_duration: 'none',
          delivery: 'download',
          stype_in: 'raw_symbol',
          stype_out: 'instrument_id',
        }),
      });
      expect(response.status).toBe(200);
      const text = expect.any(String);
      expect(await response.json()).toEqual({
        id: text,
        user_id: text,
        cost_usd: null,
        dataset: 'GLBX.MDP3',
        symbols: 'ESU4',
        stype_in: 'raw_symbol',
        stype_out: 'instrument_id',
        schema: 'ohlcv-1d',
        start: '2024-07-01T00:00:00.000000000Z',
        end: '2024-07-02T00:00:00.000000000Z',
        limit: null,
        encoding: 'dbn',
        compression: null,
        pretty_px: false,
        pretty_ts: true,
        map_symbols: false,
        split_symbols: true,
        split_duration: null,
        split_size: null,
        packaging: null,
        delivery: 'download',
        record_count: null,
        billed_size: null,
        actual_size: null,
        package_size: null,
        state: 'queued',
        ts_received: text,
        ts_queued: text,
        ts_process_start: null,
        ts_process_done: null,
        ts_expiration: null,
        progress: null,
      });
    }
  });

  it('is listed by state and time, to its own user', async () => {
    const other = session.clientWith('db-other');
    const first = await session.finishedJob(request, other);
    const { id } = await other.batch.submitJob(request);
    const idsOf = async (by: ListJobsRequest) =>
      (await other.batch.listJobs(by)).map((job) => job.id);
    expect(await idsOf({ states: ['done'] })).toEqual([first.id]);
    expect(await idsOf({})).toEqual([first.id, id]);
    expect(await idsOf({ since: 0n })).toEqual([first.id, id]);
    expect(await idsOf({ since: first.tsReceived! + 1n })).toEqual([id]);
    await expect(session.client.batch.getJobDetails(id)).rejects.toMatchObject({ status: 404 });
  });

  it.each([
    [{ schema: 'mbo' }, 'data_schema_not_available'],
    [{ symbols: ['XX.c.0'] }, 'symbology_invalid_request'],
    [{ end: '2030-01-01' }, 'data_end_after_available_end'],
  ])('of %p is refused', async (changes, problem) => {
    await expect(session.client.batch.submitJob({ ...request, ...changes })).rejects.toMatchObject({
      status: 422,
      case: problem,
    });
  });

  it.each([
    [{ encoding: 'csv' }, 'encoding=dbn'],
    [{ delivery: 'disk' }, 'download'],
    [{ split_duration: 'hour' }, 'split_duration'],
    [{ pretty_px: 'yes' }, 'pretty_px'],
    [{ symbols: '' }, 'symbols'],
    [{ symbols: 'ALL_SYMBOLS', stype_in: 'raw_symbol', split_symbols: '1' }, 'ALL_SYMBOLS'],
  ])('of the fields %p is refused', async (changes, words) => {
    const fields = { dataset: 'GLBX.MDP3', symbols: 'ESU4', start: '2024-07-01', ...changes };
    const body = new URLSearchParams(fields);
    const response = await session.call('/v0/batch.submit_job', { body });
    expect(response.status).toBe(422);
    expect(await response.text()).toContain(words);
  });
});
