import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { makeTemporaryFolder } from '@tapeline/testing';
import type { Archive } from './archive.js';
import type { ChunkKey } from './chunk-key.js';
import { openArchive } from './open-archive.js';
import type { ArchiveOptions } from './open-archive.js';
import { startS3Server } from './s3-server.js';
import type { S3Server } from './s3-server.js';
import { allBytes, sampleBytes, sampleKey, writePieces } from './sample-chunk.js';
import type { Finding } from './verify-store.js';

let base: string;
let server: S3Server;
let number = 0;

beforeAll(async () => {
  base = makeTemporaryFolder('archive');
  server = await startS3Server();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(base, { recursive: true, force: true });
});

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const place = ({ chunkId }: ChunkKey): string => `GLBX.MDP3/trades/2024/${chunkId}`;

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

describe.each(['folder', 's3'])('an archive in a %s', (kind) => {
  let options: ArchiveOptions;
  let archive: Archive;
  /** Changes what is stored behind the archive's back. */
  let tamper: (name: string, bytes: string | Uint8Array | undefined) => Promise<void>;

  beforeEach(async () => {
    const folder = join(base, String(number++));
    const s3 = kind === 's3' ? server.fresh() : undefined;
    options = { folder, ...(s3 && { s3 }) };
    archive = await openArchive(options);
    tamper = async (name, bytes) => {
      if (s3) {
        const key = `${s3.prefix}/${name}`;
        if (bytes === undefined) server.objects.delete(key);
        else server.objects.set(key, Buffer.from(bytes as string));
      } else {
        const path = join(folder, 'chunks', name);
        await mkdir(dirname(path), { recursive: true });
        await (bytes === undefined ? rm(path) : writeFile(path, bytes));
      }
    };
  });

  afterEach(() => archive.close());

  /** Receives a chunk of one part. */
  async function keep(key: ChunkKey, bytes: Uint8Array, records = 1): Promise<void> {
    const spool = await archive.spool(key);
    const part = await spool.begin();
    await writePieces(part, bytes);
    await part.end();
    await spool.complete([{ part: 0, skip: 0, records }]);
  }

  const verify = (): Promise<Finding[]> => collect(archive.verify());

  it('gives back a chunk of several parts as received', async () => {
    const key = sampleKey();
    const received = [sampleBytes(150_000, 1), sampleBytes(70_001, 2)];
    expect(await archive.find(key)).toBeUndefined();
    expect(await archive.has(key)).toBe(false);
    const spool = await archive.spool(key);
    for (const bytes of received) {
      const part = await spool.begin();
      await writePieces(part, bytes);
      expect(await part.end()).toEqual({ bytes: bytes.length, sha256: sha256(bytes) });
    }
    expect(await archive.has(key)).toBe(false);
    const manifest = await spool.complete([
      { part: 0, skip: 0, records: 1000 },
      { part: 1, skip: 3, records: 500 },
    ]);
    expect(manifest).toEqual({
      version: 1,
      chunkId: key.chunkId,
      dataset: 'GLBX.MDP3',
      schema: 'trades',
      start: '1709164800000000000',
      end: '1709251200000000000',
      request: key.request,
      parts: received.map((bytes, part) => ({
        file: `${part}.${sha256(bytes).slice(0, 16)}.dbn.zst`,
        bytes: bytes.length,
        sha256: sha256(bytes),
        skip: part * 3,
        records: part === 0 ? 1000 : 500,
      })),
      records: 1500,
      completedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    const found = await archive.find(key);
    expect(found?.manifest).toEqual(manifest);
    expect(found?.records).toBe(1500);
    expect(JSON.stringify(found?.manifest.request)).toBe(JSON.stringify(key.request));
    for (const [part, bytes] of received.entries()) {
      expect((await allBytes(found!.parts[part]!.read())).equals(bytes)).toBe(true);
    }
    expect(await archive.has(key)).toBe(true);
    expect(readdirSync(join(options.folder, 'spool'))).toEqual([]);
    expect(await collect(archive.list())).toEqual([manifest]);
    expect(await verify()).toEqual([
      { chunkId: key.chunkId, isOk: true, bytes: 220_001, damages: [] },
    ]);
  });

  it('goes on with what an earlier process left, and drops a part that is not named', async () => {
    const key = sampleKey();
    const first = await (await archive.spool(key)).begin();
    await writePieces(first, sampleBytes(100_000, 1));
    // Neither ended nor closed: as a death leaves it. A response without a byte came after it.
    const later = await openArchive(options);
    const spool = await later.spool(key);
    expect(spool.parts.map(({ part, bytes }) => ({ part, bytes }))).toEqual([
      { part: 0, bytes: 100_000 },
    ]);
    expect((await allBytes(spool.parts[0]!.read())).equals(sampleBytes(100_000, 1))).toBe(true);
    const empty = await spool.begin();
    await empty.end();
    const third = await spool.begin();
    expect(third.part).toBe(2);
    await third.write(sampleBytes(1000, 3));
    await spool.complete([
      { part: 0, skip: 0, records: 10 },
      { part: 2, skip: 1, records: 5 },
    ]);
    const found = await later.find(key);
    expect(
      found?.parts.map(({ file, bytes, skip, records }) => [file[0], bytes, skip, records]),
    ).toEqual([
      ['0', 100_000, 0, 10],
      ['2', 1000, 1, 5],
    ]);
    expect((await verify()).every(({ isOk }) => isOk)).toBe(true);
    await expect(first.write(sampleBytes(10))).rejects.toMatchObject({ code: 'busy' });
    await expect(first.end()).rejects.toMatchObject({ code: 'busy' });
    later.close();
  });

  it('answers a second completion with the first, and has nothing to complete before', async () => {
    const spool = await archive.spool(sampleKey());
    await expect(spool.complete([])).rejects.toMatchObject({ code: 'invalid' });
    await (await spool.begin()).write(sampleBytes(10));
    const manifest = await spool.complete([{ part: 0, skip: 0, records: 1 }]);
    expect(await spool.complete([{ part: 0, skip: 0, records: 1 }])).toEqual(manifest);
    const again = await archive.spool(sampleKey());
    expect(again.parts).toEqual([]);
    expect(await again.complete([])).toEqual(manifest);
    expect(readdirSync(join(options.folder, 'spool'))).toEqual([]);
  });

  it.each([
    [[{ part: 1, skip: 0, records: 1 }]],
    [[{ part: 0, skip: -1, records: 1 }]],
    [[{ part: 0, skip: 0, records: 0.5 }]],
    [
      [
        { part: 0, skip: 0, records: 1 },
        { part: 0, skip: 0, records: 1 },
      ],
    ],
    [[]],
  ])('refuses counts that cannot be meant: %j', async (counts) => {
    const spool = await archive.spool(sampleKey());
    await (await spool.begin()).write(sampleBytes(10));
    await expect(spool.complete(counts)).rejects.toMatchObject({ code: 'invalid' });
    expect(await archive.has(sampleKey())).toBe(false);
    await spool.complete([{ part: 0, skip: 0, records: 1 }]);
    expect(await archive.has(sampleKey())).toBe(true);
  });

  it('replaces a chunk that was fetched again', async () => {
    const key = sampleKey();
    await keep(key, sampleBytes(1000, 1), 1);
    const former = await archive.find(key);
    await keep(key, sampleBytes(2000, 2), 2);
    const found = await archive.find(key);
    expect(found?.records).toBe(2);
    expect((await allBytes(found!.parts[0]!.read())).equals(sampleBytes(2000, 2))).toBe(true);
    await expect(allBytes(former!.parts[0]!.read())).rejects.toMatchObject({ code: 'not_found' });
    expect((await verify()).map(({ isOk }) => isOk)).toEqual([true]);
  });

  it('names uncompressed files for what they are', async () => {
    const key = sampleKey();
    await keep(key, Buffer.from('DBN\u0003 and so on'));
    expect((await archive.find(key))?.parts[0]?.file).toMatch(/^0\.[0-9a-f]{16}\.dbn$/);
    expect((await verify()).map(({ isOk }) => isOk)).toEqual([true]);
  });

  it('finds every kind of damage', async () => {
    const keys = Array.from({ length: 7 }, (_, index) => sampleKey(index + 1));
    for (const key of keys) await keep(key, sampleBytes(1000, 5));
    const chunk = await archive.find(sampleKey());
    const part = (key: ChunkKey): string => `${place(key)}/${chunk!.parts[0]!.file}`;
    const changed = sampleBytes(1000, 5);
    changed[999] = (changed[999] as number) ^ 1;
    await tamper(part(keys[0]!), undefined);
    await tamper(part(keys[1]!), sampleBytes(999, 5));
    await tamper(part(keys[2]!), changed);
    await tamper(`${place(keys[3]!)}/manifest.json`, '{"version":1');
    await tamper(`${place(keys[4]!)}/manifest.json`, undefined);
    await tamper(`${place(keys[5]!)}/1.0123456789abcdef.dbn.zst`, 'bytes');
    await tamper('README.txt', 'somebody else wrote this');
    const progress: { chunks: number; bytes: number }[] = [];
    const findings: Finding[] = [];
    for await (const finding of archive.verify({ onProgress: (at) => progress.push(at) })) {
      findings.push(finding);
    }
    expect(
      findings.map(({ chunkId, damages }) => [chunkId, damages.map((d) => d.problem)]),
    ).toEqual([
      [keys[0]!.chunkId, ['missing part']],
      [keys[1]!.chunkId, ['wrong size']],
      [keys[2]!.chunkId, ['wrong sha256']],
      [keys[3]!.chunkId, ['unreadable manifest']],
      [keys[4]!.chunkId, ['no manifest']],
      [keys[5]!.chunkId, ['stray file']],
      [keys[6]!.chunkId, []],
    ]);
    expect(findings.map(({ isOk }) => isOk)).toEqual([...Array<boolean>(6).fill(false), true]);
    expect(progress.at(-1)).toEqual({ chunks: 7, bytes: 3000 });
    const [damage] = findings[2]!.damages;
    expect(damage?.message).toContain(part(keys[2]!));
    // A reader learns of it too; and a damaged manifest is not a chunk that may be bought again.
    const read = async (key: ChunkKey) => allBytes((await archive.find(key))!.parts[0]!.read());
    await expect(read(keys[0]!)).rejects.toMatchObject({ code: 'not_found' });
    await expect(read(keys[1]!)).rejects.toMatchObject({ code: 'damaged' });
    await expect(read(keys[2]!)).rejects.toMatchObject({ code: 'damaged' });
    await expect(archive.find(keys[3]!)).rejects.toMatchObject({ code: 'damaged' });
    expect(await archive.has(keys[4]!)).toBe(false);
    await expect(collect(archive.list())).rejects.toMatchObject({ code: 'damaged' });
  });

  it.each<[string, Readonly<Record<string, unknown>> & { readonly parts?: readonly object[] }]>([
    ['names of other folders', { parts: [{ file: '../../../0.0123456789abcdef.dbn.zst' }] }],
    ['a file that is not named for its sha256', { parts: [{ sha256: 'f'.repeat(64) }] }],
    ['another chunk', { chunkId: 'f'.repeat(20) }],
    ['another dataset', { dataset: 'XNAS.ITCH' }],
    ['a later version', { version: 2 }],
  ])('refuses a manifest with %s', async (_, change) => {
    const key = sampleKey();
    await keep(key, sampleBytes(1000));
    const { manifest } = (await archive.find(key))!;
    const parts = change.parts?.map((part, index) => ({ ...manifest.parts[index], ...part }));
    const text = JSON.stringify({ ...manifest, ...change, ...(parts && { parts }) });
    await tamper(`${place(key)}/manifest.json`, text);
    await expect(archive.find(key)).rejects.toMatchObject({ code: 'damaged', retryable: false });
  });

  it.each([
    ['chunkId', { chunkId: '../../../../etc/passwd' }],
    ['chunkId', { chunkId: `${'0'.repeat(19)}/` }],
    ['dataset', { dataset: '..' }],
    ['dataset', { dataset: 'GLBX/MDP3' }],
    ['schema', { schema: '../trades' }],
    ['start', { start: '2024-01-01' }],
  ])('refuses a %s that leads elsewhere: %j', async (_, change) => {
    const { chunkId, request } = { ...sampleKey(), ...change };
    const key = { chunkId, request: { ...request, ...change } };
    await expect(archive.find(key)).rejects.toMatchObject({ code: 'invalid' });
    await expect(archive.spool(key)).rejects.toMatchObject({ code: 'invalid' });
  });

  it('takes a chunk of an uneventful day: a response without records', async () => {
    const key = sampleKey();
    await keep(key, sampleBytes(120), 0);
    expect((await archive.find(key))?.records).toBe(0);
  });

  it('survives a reader that leaves early', async () => {
    const key = sampleKey();
    await keep(key, sampleBytes(2_000_000));
    const part = (await archive.find(key))!.parts[0]!;
    for await (const bytes of part.read()) {
      expect(bytes.length).toBeLessThan(2_000_000);
      break;
    }
    expect((await allBytes(part.read())).length).toBe(2_000_000);
  });
});

describe('an archive in a folder', () => {
  it('takes an unmounted folder for an error, not for an archive without the chunk', async () => {
    const folder = join(base, 'unmounted');
    const archive = await openArchive({ folder });
    rmSync(join(folder, 'chunks'), { recursive: true });
    await expect(archive.find(sampleKey())).rejects.toMatchObject({ code: 'not_found' });
    await expect(archive.verify().next()).rejects.toMatchObject({ code: 'not_found' });
  });

  it('says what and where if it cannot be opened', async () => {
    const folder = join(base, 'a-file');
    await writeFile(folder, '');
    await expect(openArchive({ folder })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining(folder),
    });
  });

  it('stores bytes without copying them', async () => {
    const folder = join(base, 'linked');
    const archive = await openArchive({ folder });
    const spool = await archive.spool(sampleKey());
    const part = await spool.begin();
    await part.write(sampleBytes(10));
    await part.end();
    const path = join(folder, 'spool', sampleKey().chunkId, '0.dbn.zst.part');
    const { ino } = statSync(path);
    const { parts } = await spool.complete([{ part: 0, skip: 0, records: 1 }]);
    const stored = join(folder, 'chunks', place(sampleKey()), parts[0]!.file);
    expect(statSync(stored).ino).toBe(ino);
    expect((await readFile(stored)).equals(sampleBytes(10))).toBe(true);
    expect(existsSync(`${stored}.tmp`)).toBe(false);
  });
});
