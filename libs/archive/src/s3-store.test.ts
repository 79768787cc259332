import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { makeTemporaryFolder } from '@tapeline/testing';
import type { Archive } from './archive.js';
import { ArchiveError } from './archive-error.js';
import { openArchive } from './open-archive.js';
import { ACCESS_KEY_ID, SECRET_ACCESS_KEY, startS3Server } from './s3-server.js';
import type { Fault, S3Server, SeenRequest } from './s3-server.js';
import type { S3Options } from './s3-options.js';
import { allBytes, sampleBytes, sampleKey, writePieces } from './sample-chunk.js';
import { startWork } from './start-work.js';

const base = makeTemporaryFolder('archive-s3');
const key = sampleKey();
const counts = [{ part: 0, skip: 0, records: 1 }];
let number = 0;
let server: S3Server;

beforeAll(async () => {
  server = await startS3Server();
});

afterEach(() => server.intercept());

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(base, { recursive: true, force: true });
});

const open = (s3: S3Options = server.fresh()): Promise<Archive> =>
  openArchive({ folder: join(base, String(number++)), s3 });

/** Receives a chunk, and completes it under faults. */
async function keep(
  archive: Archive,
  bytes: Uint8Array,
  play: (request: SeenRequest, number: number) => Fault | undefined = () => undefined,
): Promise<void> {
  const spool = await archive.spool(key);
  if (spool.parts.length === 0) {
    const part = await spool.begin();
    await writePieces(part, bytes, 1 << 20);
    await part.end();
  }
  server.intercept(play);
  await spool.complete(counts);
}

async function failure(step: Promise<unknown>): Promise<ArchiveError> {
  const error = await step.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ArchiveError);
  const text = inspect(error, { depth: Infinity, showHidden: true });
  expect(text).not.toContain(SECRET_ACCESS_KEY);
  expect(text).not.toContain(ACCESS_KEY_ID);
  expect(text).not.toContain('AWS4-HMAC-SHA256');
  return error as ArchiveError;
}

const large = sampleBytes((33 << 20) + 5);

it('sends a large part in pieces, and every byte signed', async () => {
  const archive = await open();
  const before = server.requests.length;
  await keep(archive, large);
  const sent = server.requests.slice(before).filter(({ method }) => method !== 'GET');
  expect(sent.map(({ method, url }) => `${method} ${url.replace(/^[^?]*\//, '')}`)).toEqual([
    expect.stringMatching(/^POST 0\.[0-9a-f]{16}\.dbn\.zst\?uploads/),
    expect.stringContaining('partNumber=1'),
    expect.stringContaining('partNumber=2'),
    expect.stringContaining('partNumber=3'),
    expect.stringContaining('uploadId='),
    expect.stringContaining('PUT manifest.json'),
  ]);
  expect(sent.map(({ headers }) => headers['x-amz-content-sha256'])).toEqual(
    sent.map(() => expect.stringMatching(/^[0-9a-f]{64}$/)),
  );
  expect(server.uploads.size).toBe(0);
  const found = await archive.find(key);
  expect((await allBytes(found!.parts[0]!.read())).equals(large)).toBe(true);
  archive.close();
});

describe('faults that pass', () => {
  it.each<[string, Fault]>([
    ['500', { status: 500 }],
    ['503 SlowDown', { status: 503, code: 'SlowDown' }],
    ['a dropped connection', { reset: true }],
    ['a lost answer', { lost: () => undefined }],
  ])('are got over: %s at every other request', async (_, fault) => {
    const archive = await open();
    const before = server.uploads.size;
    await keep(archive, large, (__, at) => (at % 2 === 0 ? fault : undefined));
    server.intercept();
    const found = await archive.find(key);
    expect((await allBytes(found!.parts[0]!.read())).equals(large)).toBe(true);
    // An upload whose first answer was lost cannot be known; the bucket's lifecycle rule removes it.
    expect(server.uploads.size - before).toBe(fault.lost ? 1 : 0);
    archive.close();
  });

  it('goes on with an answer where it broke off', async () => {
    const archive = await open();
    await keep(archive, large);
    const found = await archive.find(key);
    const before = server.requests.length;
    server.intercept((_, at) => (at < 3 ? { cutAfter: 10 << 20 } : undefined));
    expect((await allBytes(found!.parts[0]!.read())).equals(large)).toBe(true);
    const ranges = server.requests.slice(before).map(({ headers }) => headers.range);
    expect(ranges).toHaveLength(4);
    expect(ranges[0]).toBeUndefined();
    expect(ranges.slice(1)).toEqual(Array(3).fill(expect.stringMatching(/^bytes=[1-9]\d+-$/)));
    archive.close();
  });
});

describe('faults that stay', () => {
  it('give up, leave the chunk in the spool, and can be got over later', async () => {
    const archive = await open();
    const before = server.uploads.size;
    const slow = { status: 503, code: 'SlowDown' };
    const play = ({ url }: SeenRequest) => (url.includes('partNumber=2') ? slow : undefined);
    const error = await failure(keep(archive, large, play));
    expect(error).toMatchObject({ code: 'unavailable', retryable: true });
    expect(error.message).toMatch(/^cannot store s3:\/\/tapeline-test\/prefix-\d+\/archive\/GLBX/);
    expect(error.message).toContain('SlowDown, status 503');
    expect(server.uploads.size).toBe(before);
    server.intercept();
    expect(await archive.has(key)).toBe(false);
    await keep(archive, large);
    expect(await archive.has(key)).toBe(true);
    archive.close();
  });

  it('says so if bytes are changed on their way', async () => {
    const archive = await open();
    const play = ({ method }: SeenRequest) => (method === 'PUT' ? { flip: true } : undefined);
    const error = await failure(keep(archive, sampleBytes(1000), play));
    expect(error).toMatchObject({ code: 'unavailable', retryable: true });
    expect(error.message).toContain('changed on their way');
    server.intercept();
    expect(await archive.has(key)).toBe(false);
    archive.close();
  });

  it('gives up reading when no byte comes', async () => {
    const archive = await open();
    await keep(archive, sampleBytes(1000));
    const part = (await archive.find(key))!.parts[0]!;
    server.intercept(() => ({ cutAfter: 0 }));
    const error = await failure(allBytes(part.read()));
    expect(error).toMatchObject({ code: 'unavailable', retryable: true });
    archive.close();
  });
});

describe('opening', () => {
  it.each<[string, Partial<S3Options>, string, string]>([
    ['a wrong secret', { secretAccessKey: 'wrong' }, 'permission', 'check the secret access key'],
    ['an unknown key', { accessKeyId: 'UNKNOWN' }, 'permission', 'check the access key id'],
    ['no such bucket', { bucket: 'other-bucket' }, 'refused', 'create the bucket'],
    ['an endpoint that is none', { endpoint: 'somewhere' }, 'invalid', 'https://'],
    [
      'a key in the endpoint',
      { endpoint: `https://${ACCESS_KEY_ID}:${encodeURIComponent(SECRET_ACCESS_KEY)}@host` },
      'invalid',
      'keys do not belong into the endpoint',
    ],
    ['a prefix that leads elsewhere', { prefix: 'a/../b' }, 'invalid', 'prefix'],
    ['a bucket that is none', { bucket: 'a/b' }, 'invalid', 'name of a bucket'],
  ])('fails with %s', async (_, change, code, words) => {
    const error = await failure(open({ ...server.fresh(), ...change }));
    expect(error).toMatchObject({ code, retryable: false });
    expect(error.message).toContain(words);
  });

  // In processes of their own: Jest's errors of the network are others than those that the library knows.
  it.each([
    ['nobody is there', 'ECONNREFUSED', undefined],
    ['connections are dropped', 'ECONNRESET', { reset: true }],
  ])('may be tried again if %s', async (_, word, fault) => {
    server.intercept(() => fault);
    const s3 = { ...server.fresh(), ...(!fault && { endpoint: 'http://127.0.0.1:1' }) };
    const options = { folder: join(base, String(number++)), s3 };
    const { said } = await startWork({ options }).ended();
    expect(said).toEqual([
      { code: 'unavailable', retryable: true, message: expect.stringContaining(word) },
    ]);
  });

  it('wants both keys or none', async () => {
    const { secretAccessKey: _, ...half } = server.fresh();
    expect((await failure(open(half))).message).toContain('only one is set');
  });

  it('takes the keys from the environment if it is given none', async () => {
    const { accessKeyId: _, secretAccessKey: __, ...keyless } = server.fresh();
    const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
    const former = names.map((name) => process.env[name]);
    process.env['AWS_ACCESS_KEY_ID'] = ACCESS_KEY_ID;
    process.env['AWS_SECRET_ACCESS_KEY'] = SECRET_ACCESS_KEY;
    try {
      const archive = await open(keyless);
      expect(await archive.has(key)).toBe(false);
      archive.close();
    } finally {
      for (const [index, name] of names.entries()) {
        if (former[index] === undefined) delete process.env[name];
        else process.env[name] = former[index];
      }
    }
  });

  it('shows no secret when the archive is logged', async () => {
    const archive = await open();
    const text = inspect(archive, { depth: Infinity, showHidden: true }) + JSON.stringify(archive);
    expect(text).not.toContain(SECRET_ACCESS_KEY);
    archive.close();
  });

  it('takes a prefix with and without a slash, and none', async () => {
    const s3 = server.fresh();
    const archive = await open(s3);
    await keep(archive, sampleBytes(10));
    const slashed = await open({ ...s3, prefix: `${s3.prefix}/` });
    expect(await slashed.has(key)).toBe(true);
    const { prefix: _, ...bare } = s3;
    const root = await open(bare);
    expect(await root.has(key)).toBe(false);
    for (const each of [archive, slashed, root]) each.close();
  });
});
