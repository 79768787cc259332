/** Downloads into real folders, from a server that breaks off, repeats and lies. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BatchFile } from './batch-responses.js';
import { FakeClock } from './fake-clock.js';
import { HistoricalClient } from './historical-client.js';
import { sendRange as send } from './range-answer.js';
import { reply, reset, startScriptedServer } from './scripted-server.js';
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
const file: BatchFile = {
  filename: 'glbx-mdp3-20240701.trades.dbn.zst',
  size: content.length,
  sha256: sha256(content),
  httpsUrl: 'https://api.databento.com/v0/batch/download/U/J/glbx-mdp3-20240701.trades.dbn.zst',
  ftpUrl: null,
};

const stored = () => readFile(join(folder, file.filename));
const fetchFile = (url: string, changes: Partial<BatchFile> = {}, more: object = {}) =>
  batch(url).downloadFile({ jobId: 'J', file: { ...file, ...changes }, folder, ...more });

describe('a file', () => {
  it('comes from the own base URL, with the key, under its name', async () => {
    await using server = await startScriptedServer(send(content));
    const seen: number[] = [];
    const onBytes = (bytes: number) => seen.push(bytes);
    expect(await fetchFile(server.url, {}, { onBytes })).toEqual({
      path: join(folder, file.filename),
      size: content.length,
      sha256: file.sha256,
      held: false,
    });
    expect(await stored()).toEqual(content);
    expect(await readdir(folder)).toEqual([file.filename]);
    expect(server.requests[0]?.url).toBe(`/v0/batch/download/U/J/${file.filename}`);
    expect(server.requests[0]?.headers.authorization).toMatch(/^Basic /);
    expect(server.requests[0]?.headers.range).toBeUndefined();
    expect(seen.at(-1)).toBe(content.length);
  });

  it('is not asked for again if it is there, and replaced if it is wrong', async () => {
    await using server = await startScriptedServer(send(content));
    await writeFile(join(folder, file.filename), content);
    expect(await fetchFile(server.url)).toMatchObject({ held: true, sha256: file.sha256 });
    expect(server.requests).toHaveLength(0);
    await writeFile(join(folder, file.filename), Buffer.alloc(content.length));
    expect(await fetchFile(server.url)).toMatchObject({ held: false });
    expect(await stored()).toEqual(content);
  });

  it('goes on where an earlier download broke off', async () => {
    await using server = await startScriptedServer(send(content));
    await writeFile(join(folder, `${file.filename}.part`), content.subarray(0, 60_000));
    await fetchFile(server.url);
    expect(await stored()).toEqual(content);
    expect(server.requests[0]?.headers.range).toBe('bytes=60000-');
  });

  it('survives more cuts than calls have attempts, as long as it gets on', async () => {
    const cuts = Array.from({ length: 20 }, (_, index) => send(content, (index + 1) * 4_000));
    await using server = await startScriptedServer(...cuts, send(content));
    await fetchFile(server.url);
    expect(await stored()).toEqual(content);
    expect(server.requests).toHaveLength(21);
    expect(server.requests.at(-1)?.headers.range).toBe('bytes=80000-');
  });

  it('gives up where it does not get on, and keeps what there is', async () => {
    const stuck = Array.from({ length: 20 }, () => send(content, 5_000));
    await using server = await startScriptedServer(...stuck);
    await expect(fetchFile(server.url)).rejects.toMatchObject({ name: 'ConnectionError' });
    expect(server.requests).toHaveLength(6);
    expect(await readdir(folder)).toEqual([`${file.filename}.part`]);
  });

  it('is taken from its beginning where the server knows no ranges', async () => {
    const whole: Answer = (response) => void response.end(content);
    await using server = await startScriptedServer(send(content, 60_000), whole);
    await fetchFile(server.url);
    expect(await stored()).toEqual(content);
    expect(server.requests[1]?.headers.range).toBe('bytes=60000-');
  });

  it('is taken from its beginning where the server sends another part', async () => {
    const part = content.subarray(10);
    const headers = { 'content-range': `bytes 10-${content.length - 1}/${content.length}` };
    const wrong: Answer = (response) => void response.writeHead(206, headers).end(part);
    await using server = await startScriptedServer(send(content, 60_000), wrong, send(content));
    await fetchFile(server.url);
    expect(await stored()).toEqual(content);
    expect(server.requests.map(({ headers }) => headers.range)).toEqual([
      undefined,
      'bytes=60000-',
      undefined,
    ]);
  });

  it('waits as long as the server asks', async () => {
    await using server = await startScriptedServer(
      reply(429, '', { 'retry-after': '30' }),
      reply(503, ''),
      reset,
      send(content),
    );
    const clock = new FakeClock();
    await batch(server.url, clock).downloadFile({ jobId: 'J', file, folder });
    expect(await stored()).toEqual(content);
    expect(clock.slept[0]).toBeGreaterThanOrEqual(30_000);
  });

  it('may be redirected, without the key', async () => {
    await using store = await startScriptedServer(send(content));
    const redirect = reply(302, '', { location: `${store.url}/signed` });
    await using server = await startScriptedServer(redirect);
    await writeFile(join(folder, `${file.filename}.part`), content.subarray(0, 60_000));
    await fetchFile(server.url);
    expect(await stored()).toEqual(content);
    expect(store.requests[0]?.headers.authorization).toBeUndefined();
    expect(store.requests[0]?.headers.range).toBe('bytes=60000-');
  });

  it('is tried once more if an earlier part was wrong', async () => {
    await using server = await startScriptedServer(send(content), send(content));
    await writeFile(join(folder, `${file.filename}.part`), Buffer.alloc(60_000));
    await fetchFile(server.url);
    expect(await stored()).toEqual(content);
    expect(server.requests.map(({ headers }) => headers.range)).toEqual([
      'bytes=60000-',
      undefined,
    ]);
  });

  it('gets no name if its sha256 is wrong', async () => {
    const wrong = Buffer.from(content);
    wrong[77] = 0xff;
    await using server = await startScriptedServer(send(wrong), send(wrong), send(content));
    await expect(fetchFile(server.url)).rejects.toMatchObject({
      name: 'ChecksumError',
      expected: file.sha256,
      actual: sha256(wrong),
      retryable: false,
    });
    expect(await readdir(folder)).toEqual([]);
    expect(server.requests).toHaveLength(2);
  });

  it('gets no name if it is too long', async () => {
    const long = Buffer.concat([content, content]);
    await using server = await startScriptedServer(send(long), send(long));
    await expect(fetchFile(server.url)).rejects.toThrow('more than the 100000 bytes');
    expect(server.requests).toHaveLength(1);
    expect(await readdir(folder)).toEqual([`${file.filename}.part`]);
  });

  it('is taken without a sha256 only if that is allowed', async () => {
    await using server = await startScriptedServer(send(content));
    await expect(fetchFile(server.url, { sha256: null })).rejects.toThrow('allowUnchecked');
    expect(server.requests).toHaveLength(0);
    await fetchFile(server.url, { sha256: null }, { allowUnchecked: true });
    expect(await stored()).toEqual(content);
  });

  it('may be empty', async () => {
    await using server = await startScriptedServer();
    await fetchFile(server.url, { size: 0, sha256: sha256(Buffer.alloc(0)) });
    expect(await stored()).toHaveLength(0);
  });

  it.each([
    [404, 'NotFoundError'],
    [410, 'FilesExpiredError'],
  ])('may be gone: %i', async (status, name) => {
    await using server = await startScriptedServer(reply(status, ''));
    await expect(fetchFile(server.url)).rejects.toMatchObject({ name, status });
  });

  it('stops with the caller, and keeps what there is', async () => {
    const stop = new AbortController();
    await using server = await startScriptedServer((response) => {
      response.writeHead(200).write(content.subarray(0, 1_000));
    });
    const onBytes = () => stop.abort(new Error('enough'));
    const download = batch(server.url).downloadFile(
      { jobId: 'J', file, folder, onBytes },
      stop.signal,
    );
    await expect(download).rejects.toThrow('enough');
    const part = await readFile(join(folder, `${file.filename}.part`));
    expect(part).toEqual(content.subarray(0, 1_000));
  });
});
