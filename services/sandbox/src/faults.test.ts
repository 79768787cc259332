/** Trouble ordered at /faults, as our own client meets it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ChecksumError, ConnectionError } from '@tapeline/databento';
import type { BatchFile, HistoricalClient, RangeRequest } from '@tapeline/databento';
import { DAY, decode, SandboxSession } from './sandbox-session.js';

let session: SandboxSession;
let client: HistoricalClient;
let folder: string;

beforeAll(async () => {
  session = await SandboxSession.start(1_000);
  ({ client } = session);
});
afterAll(() => session.stop());
beforeEach(async () => {
  await fetch(`${session.sandbox.url}/faults`, { method: 'DELETE' });
  folder = await mkdtemp(join(session.folder, 'faults-'));
});

const RANGE = 'timeseries.get_range';

const order = (fault: object) => session.order(fault);

async function dataFile(): Promise<{ jobId: string; file: BatchFile; folder: string }> {
  const { id: jobId } = await session.finishedJob(DAY);
  const [file] = await client.batch.listFiles(jobId);
  return { jobId, file: file!, folder };
}

describe('get_range', () => {
  it.each(['zstd', 'none'] as const)('is cut inside a record (%s)', async (compression) => {
    const whole = await decode((await session.receive({ compression })).bytes);
    expect(whole.isTruncated).toBe(false);
    for (const count of [0, 1, 777]) {
      expect(await order({ method: RANGE, cut_after_records: count })).toBe(204);
      const { bytes, isCut } = await session.receive({ compression });
      expect(isCut).toBe(true);
      const { records, isTruncated } = await decode(bytes);
      expect(isTruncated).toBe(true);
      expect(records.equals(whole.records.subarray(0, count * 48))).toBe(true);
    }
    expect((await session.receive({ compression })).isCut).toBe(false);
  });

  it('is not cut where it has no more records', async () => {
    const { bytes } = await session.receive();
    await order({ method: RANGE, cut_after_records: 1_000_000 });
    expect(await session.receive()).toMatchObject({ bytes, isCut: false });
  });

  it('drips, and has a wrong byte', async () => {
    const { bytes } = await session.receive();
    await order({ method: RANGE, delay_ms: 1, piece_bytes: 4_000, alter_byte: 5_000 });
    const slow = await session.receive();
    expect(slow.parts.length).toBeGreaterThanOrEqual(bytes.length / 4_000);
    expect(slow.bytes[5_000]).toBe(bytes[5_000]! ^ 1);
    slow.bytes[5_000]! ^= 1;
    expect(slow.bytes.equals(bytes)).toBe(true);
  });

  it('is refused with any error', async () => {
    const payload = { available_end: '2024-07-01T12:00:00.000000000Z' };
    const refusal = { status: 422, case: 'data_end_after_available_end' };
    await order({ method: RANGE, ...refusal, message: 'Too late.', payload });
    await expect(client.getRange(DAY)).rejects.toMatchObject({
      name: 'DataEndAfterAvailableEndError',
      ...refusal,
      payload,
      message: expect.stringContaining('Too late.'),
    });
  });
});

describe('batch jobs', () => {
  it('are there though the answer was lost', async () => {
    const limited = { ...DAY, limit: 1 };
    await order({ method: 'batch.submit_job', lose_answer: true });
    await expect(client.batch.submitJob(limited)).rejects.toThrow(ConnectionError);
    expect(await client.batch.listJobs()).toHaveLength(1);
    await order({ method: 'batch.submit_job', lose_answer: true });
    const found = await client.batch.submitJobOnce(limited);
    const jobs = await client.batch.listJobs();
    expect(jobs).toHaveLength(2);
    expect(found.id).toBe(jobs[1]!.id);
  });

  it('take as long as they should', async () => {
    await order({ method: 'batch.submit_job', done_after_polls: 4 });
    const { id } = await client.batch.submitJob(DAY);
    for (let poll = 1; poll <= 4; poll++) {
      expect((await client.batch.getJobDetails(id)).state).toBe('processing');
    }
  });

  it('announce a hash that is wrong', async () => {
    const { jobId, file } = await dataFile();
    await order({ method: 'batch.list_files', wrong_hash: true, filename: file.filename });
    const [wrong, ...others] = await client.batch.listFiles(jobId);
    expect(wrong!.sha256).not.toBe(file.sha256);
    const downloaded = client.batch.downloadFile({ jobId, file: wrong!, folder });
    await expect(downloaded).rejects.toThrow(ChecksumError);
    expect(await client.batch.listFiles(jobId)).toEqual([file, ...others]);
  });

  it('send files with a wrong byte, once and for good', async () => {
    const request = await dataFile();
    await order({ method: 'batch.download', alter_byte: 100 });
    expect(await client.batch.downloadFile(request)).toMatchObject({ held: false });
    await rm(join(folder, request.file.filename));
    await order({ method: 'batch.download', alter_byte: 100, times: 2 });
    await expect(client.batch.downloadFile(request)).rejects.toThrow(ChecksumError);
  });

  it('send files in pieces that the client puts together', async () => {
    const { jobId, file } = await dataFile();
    for (const bytes of [1_000, 0, 5_000]) {
      const { filename } = file;
      await order({ method: 'batch.download', cut_after_bytes: bytes, filename });
    }
    await order({ method: 'batch.download', status: 429, retry_after: 0.01, times: 2 });
    const got = await client.batch.downloadJob({ jobId, folder });
    expect(got.map(({ size }) => size)).toContain(file.size);
  });
});

describe('a restated day', () => {
  const restate = (date: string, more: object = {}) =>
    order({ method: 'restate', dataset: 'GLBX.MDP3', date, ...more });
  const days = { start: '2024-08-05', end: '2024-08-08' };
  const records = async (changes: Partial<RangeRequest>) =>
    (await decode((await session.receive(changes)).bytes)).records;

  it('has a new date of change and other records, and no other day has', async () => {
    const [first, second, third] = [
      { start: '2024-08-05', end: '2024-08-06' },
      { start: '2024-08-06', end: '2024-08-07' },
      { start: '2024-08-07', end: '2024-08-08' },
    ];
    const before = await Promise.all([first, second, third].map(records));
    expect(await restate('2024-08-06', { last_modified_date: '2026-01-02' })).toBe(204);
    const after = await Promise.all([first, second, third].map(records));
    expect(after[0]!.equals(before[0]!)).toBe(true);
    expect(after[1]!.equals(before[1]!)).toBe(false);
    expect(after[2]!.equals(before[2]!)).toBe(true);
    expect((await records(days)).equals(Buffer.concat(after))).toBe(true);
    expect(await client.getRecordCount({ ...DAY, ...days })).toBe(Buffer.concat(after).length / 48);
    const conditions = await client.getDatasetCondition({
      dataset: 'GLBX.MDP3',
      startDate: '2024-08-05',
      endDate: '2024-08-07',
    });
    expect(conditions.map(({ lastModifiedDate }) => lastModifiedDate)).toEqual([
      '2024-08-05',
      '2026-01-02',
      '2024-08-07',
    ]);
    const job = await session.finishedJob({ ...DAY, ...days });
    expect(job.recordCount).toBe(Buffer.concat(after).length / 48);
  });

  it('can be restated again, by default today', async () => {
    const date = '2024-08-12';
    const range = { start: date, end: '2024-08-13' };
    const seen = [await records(range)];
    for (let times = 1; times <= 2; times++) {
      const today = Temporal.Now.plainDateISO('UTC').toString();
      await restate(date);
      const [condition] = await client.getDatasetCondition({
        dataset: 'GLBX.MDP3',
        startDate: date,
        endDate: date,
      });
      expect(condition!.lastModifiedDate! >= today).toBe(true);
      const now = await records(range);
      expect((await records(range)).equals(now)).toBe(true);
      for (const earlier of seen) expect(now.equals(earlier)).toBe(false);
      seen.push(now);
    }
  });

  it('needs a session', async () => {
    expect(await restate('2024-08-10')).toBe(422);
    expect(await order({ method: 'restate', dataset: 'NONE.X', date: '2024-08-06' })).toBe(422);
  });
});

it.each([
  { method: 'restate', dataset: 'GLBX.MDP3' },
  { method: RANGE, cut_after_bytes: -1 },
  { method: RANGE, unknown: 1 },
  { method: RANGE, wrong_hash: true },
  { method: RANGE, status: 200 },
  { status: 500 },
])('a malformed order %p is refused', async (fault) => {
  expect(await order(fault)).toBe(422);
});
