import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { makeTemporaryFolder } from '@tapeline/testing';
import type { Archive } from './archive.js';
import type { ArchiveError } from './archive-error.js';
import { explainFileError } from './explain-file-error.js';
import { openArchive } from './open-archive.js';
import { allBytes, sampleBytes, sampleKey } from './sample-chunk.js';

const base = makeTemporaryFolder('spool');
const key = sampleKey();
const counts = [{ part: 0, skip: 0, records: 1 }];
let number = 0;
let folder: string;
let spoolFolder: string;
let archive: Archive;

beforeEach(async () => {
  folder = join(base, String(number++));
  spoolFolder = join(folder, 'spool', key.chunkId);
  archive = await openArchive({ folder });
});

afterAll(() => rmSync(base, { recursive: true, force: true }));

describe('two processes with the spool of one chunk', () => {
  it('do not begin the same part', async () => {
    const [one, two] = [await archive.spool(key), await archive.spool(key)];
    const part = await one.begin();
    await expect(two.begin()).rejects.toMatchObject({
      code: 'busy',
      retryable: false,
      where: spoolFolder,
      message: expect.stringContaining('another process'),
    });
    await part.write(sampleBytes(10));
    await part.end();
    await one.complete(counts);
    expect((await archive.find(key))?.parts[0]?.bytes).toBe(10);
  });

  it('are told apart once the later one has gone on with what was there', async () => {
    const one = await archive.spool(key);
    const former = await one.begin();
    await former.write(sampleBytes(10));
    const two = await archive.spool(key);
    const part = await two.begin();
    await part.write(sampleBytes(20, 2));
    await expect(one.begin()).rejects.toMatchObject({
      code: 'busy',
      message: expect.stringContaining(`${process.pid} on `),
    });
    await expect(one.complete(counts)).rejects.toMatchObject({ code: 'busy' });
    await expect(one.discard()).rejects.toMatchObject({ code: 'busy' });
    await part.end();
    await two.complete([...counts, { part: 1, skip: 0, records: 1 }]);
    // What is stored is out of the former one's reach, though it has the file open.
    await expect(former.write(sampleBytes(10))).rejects.toMatchObject({ code: 'busy' });
    const found = await archive.find(key);
    expect((await allBytes(found!.parts[0]!.read())).length).toBe(10);
  });

  it('are told apart if the earlier one still receives', async () => {
    const one = await archive.spool(key);
    const part = await one.begin();
    await part.write(sampleBytes(10));
    const two = await archive.spool(key);
    await part.write(sampleBytes(10));
    await expect(two.begin()).rejects.toMatchObject({ code: 'busy' });
    await part.end();
    await one.discard();
    await expect(two.begin()).rejects.toMatchObject({ code: 'busy' });
  });
});

describe('a part', () => {
  it('takes nothing after its end, and ends once', async () => {
    const part = await (await archive.spool(key)).begin();
    await part.write(sampleBytes(10));
    const ended = await part.end();
    await expect(part.write(sampleBytes(10))).rejects.toMatchObject({ code: 'invalid' });
    expect(await part.end()).toEqual(ended);
  });

  it('keeps its beginning when a write fails, and is completed with it', async () => {
    const spool = await archive.spool(key);
    const part = await spool.begin();
    await part.write(sampleBytes(10));
    // Not bytes: fails where a full disk would.
    const wrong = { length: 5 } as unknown as Uint8Array;
    await expect(part.write(wrong)).rejects.toMatchObject({ name: 'TypeError' });
    await expect(part.write(sampleBytes(10))).rejects.toMatchObject({ code: 'invalid' });
    expect(await part.end()).toBeUndefined();
    const manifest = await spool.complete(counts);
    expect(manifest.parts[0]?.bytes).toBe(10);
    expect((await allBytes((await archive.find(key))!.parts[0]!.read())).length).toBe(10);
  });
});

it('begins anew once it was discarded', async () => {
  const spool = await archive.spool(key);
  for (const length of [10, 20]) {
    const part = await spool.begin();
    expect(part.part).toBe(0);
    await part.write(sampleBytes(length));
    if (length === 10) await spool.discard();
  }
  const manifest = await spool.complete(counts);
  expect(manifest.parts.map(({ bytes }) => bytes)).toEqual([20]);
});

it('refuses a spool of which a part was removed', async () => {
  const spool = await archive.spool(key);
  for (const seed of [1, 2]) {
    const part = await spool.begin();
    await part.write(sampleBytes(10, seed));
    await part.end();
  }
  rmSync(join(spoolFolder, '0.dbn.zst.part'));
  await expect(archive.spool(key)).rejects.toMatchObject({ code: 'damaged', where: spoolFolder });
});

it('removes what a death amid a removal left', async () => {
  const left = join(folder, 'spool', `${key.chunkId}.0.removed`);
  mkdirSync(left);
  writeFileSync(join(left, '0.dbn.zst.part'), 'bytes');
  await openArchive({ folder });
  expect(readdirSync(join(folder, 'spool'))).toEqual([]);
});

it('leaves nothing behind if nothing was received', async () => {
  const spool = await archive.spool(key);
  await spool.discard();
  await expect(spool.complete([])).rejects.toMatchObject({ code: 'invalid' });
  expect(readdirSync(join(folder, 'spool'))).toEqual([]);
});

describe('errors of the file system', () => {
  it.each([
    ['ENOSPC', 'disk_full', false],
    ['EDQUOT', 'disk_full', false],
    ['EACCES', 'permission', false],
    ['EROFS', 'permission', false],
    ['EMFILE', 'unavailable', true],
    ['EBUSY', 'unavailable', true],
    ['EIO', 'refused', false],
  ])('%s is %s', (code, kind, retryable) => {
    const cause = Object.assign(new Error(code), { code });
    const error = explainFileError(cause, 'cannot write', '/archive/x') as ArchiveError;
    expect(error).toMatchObject({ code: kind, retryable, where: '/archive/x' });
    expect(error.message).toMatch(/^cannot write \/archive\/x: /);
    expect(error.cause).toBe(cause);
  });

  it('are told from those of the program', () => {
    const bug = new TypeError('not a function');
    expect(explainFileError(bug, 'cannot write', '/archive/x')).toBe(bug);
  });
});
