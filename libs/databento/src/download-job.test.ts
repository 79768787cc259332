/** Downloads of many files into real folders. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BatchFile } from './batch-responses.js';
import type { DownloadProgress } from './download-job.js';
import { FakeClock } from './fake-clock.js';
import { HistoricalClient } from './historical-client.js';
import { sampleJob } from './sample-job.js';
import { sendRange } from './range-answer.js';
import { json, reply, startScriptedServer } from './scripted-server.js';
import type { Answer } from './scripted-server.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'download-'));
});
afterEach(() => rm(folder, { recursive: true }));

const batch = (baseUrl: string, clock = new FakeClock()) =>
  new HistoricalClient({ apiKey: 'db-key', baseUrl, clock }).batch;

const content = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7) % 251));
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
describe('a job', () => {
  const id = 'GLBX-20240801-5KM3HL5BUW';
  const names = Array.from({ length: 10 }, (_, index) => `part ${index}.dbn.zst`);
  const listing = names.map((filename, index) => ({
    filename,
    size: 1_000 * index,
    hash: `sha256:${sha256(content.subarray(0, 1_000 * index))}`,
    // Two without URLs: their paths follow from user and job.
    urls: index < 2 ? null : { https: `https://api.databento.com/f/${filename}`, ftp: null },
  }));

  /** Answers by path; `spoil` may take over. */
  const startJobServer = (spoil?: (path: string) => Answer | undefined, state = 'done') => {
    const answer: Answer = (response) => {
      const path = decodeURIComponent(response.req.url ?? '');
      if (path.startsWith('/v0/batch.get')) {
        return json(sampleJob({ state, progress: 40 }))(response);
      }
      if (path.startsWith('/v0/batch.list')) return json(listing)(response);
      const index = names.findIndex((name) => path.endsWith(`/${name}`));
      const bytes = content.subarray(0, 1_000 * index);
      return (spoil?.(path) ?? sendRange(bytes))(response);
    };
    return startScriptedServer(...Array.from({ length: 99 }, () => answer));
  };

  it('is downloaded into a folder of its own', async () => {
    await using server = await startJobServer();
    const told: DownloadProgress[] = [];
    const onProgress = (progress: DownloadProgress) => told.push(progress);
    const request = { jobId: id, folder, parallel: 3, onProgress };
    const files = await batch(server.url).downloadJob(request);
    expect(files.map(({ path }) => path)).toEqual(names.map((name) => join(folder, id, name)));
    for (const [index, { path }] of files.entries()) {
      expect(await readFile(path)).toEqual(content.subarray(0, 1_000 * index));
    }
    expect(told.at(-1)).toMatchObject({
      bytes: 45_000,
      totalBytes: 45_000,
      files: 10,
      totalFiles: 10,
    });
    const bytes = told.map((progress) => progress.bytes);
    expect(bytes).toEqual(bytes.toSorted((a, b) => a - b));
    const paths = server.requests.map(({ url }) => decodeURIComponent(url));
    expect(paths).toContain(`/v0/batch/download/46PCMCVF/${id}/part 1.dbn.zst`);
    expect(paths).toContain('/f/part 2.dbn.zst');
    const again = await batch(server.url).downloadJob(request);
    expect(again.every(({ held }) => held)).toBe(true);
  });

  it('takes the files that are wanted', async () => {
    await using server = await startJobServer();
    const filter = ({ filename }: BatchFile) => filename.startsWith('part 3');
    const files = await batch(server.url).downloadJob({ jobId: id, folder, filter });
    expect(files).toHaveLength(1);
    expect(await readdir(join(folder, id))).toEqual(['part 3.dbn.zst']);
  });

  it('stops with the first failure, and goes on next time', async () => {
    let isBroken = true;
    await using server = await startJobServer((path) =>
      isBroken && path.endsWith('part 4.dbn.zst') ? reply(404, '') : undefined,
    );
    const request = { jobId: id, folder, parallel: 2 };
    await expect(batch(server.url).downloadJob(request)).rejects.toMatchObject({
      name: 'NotFoundError',
    });
    expect(server.requests.length).toBeLessThan(10);
    isBroken = false;
    const files = await batch(server.url).downloadJob(request);
    expect(files.filter(({ held }) => held).length).toBeGreaterThanOrEqual(3);
    expect(await readdir(join(folder, id))).toHaveLength(10);
  });

  it('must be done, and not expired', async () => {
    await using processing = await startJobServer(undefined, 'processing');
    const request = { jobId: id, folder };
    await expect(batch(processing.url).downloadJob(request)).rejects.toMatchObject({
      name: 'JobNotDoneError',
      retryable: true,
      message: expect.stringContaining('is processing (40 %)'),
    });
    await using expired = await startJobServer(undefined, 'expired');
    await expect(batch(expired.url).downloadJob(request)).rejects.toMatchObject({
      name: 'FilesExpiredError',
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('must not lead out of the folder', async () => {
    await using server = await startJobServer();
    const request = { jobId: '../x', folder };
    await expect(batch(server.url).downloadJob(request)).rejects.toThrow(RangeError);
    const none = { jobId: id, folder, parallel: 0 };
    await expect(batch(server.url).downloadJob(none)).rejects.toThrow(RangeError);
  });
});
