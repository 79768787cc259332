import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeTemporaryFolder } from '@tapeline/testing';
import type { Archive } from './archive.js';
import { openArchive } from './open-archive.js';
import type { ArchiveOptions } from './open-archive.js';
import { startS3Server } from './s3-server.js';
import type { S3Server } from './s3-server.js';
import { allBytes, sampleBytes, sampleKey, writePieces } from './sample-chunk.js';
import { startWork } from './start-work.js';

let base: string;
let server: S3Server;
let number = 0;

beforeAll(async () => {
  base = makeTemporaryFolder('archive-crash');
  server = await startS3Server();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(base, { recursive: true, force: true });
});

const newOptions = (kind: string): ArchiveOptions => {
  const folder = join(base, String(number++));
  return kind === 's3' ? { folder, s3: server.fresh() } : { folder };
};

const COUNTS = [
  { part: 0, skip: 0, records: 20 },
  { part: 1, skip: 2, records: 10 },
];

/** A spool of two parts, as one process left them. */
async function fillSpool(options: ArchiveOptions, received: readonly Uint8Array[]): Promise<void> {
  const archive = await openArchive(options);
  const spool = await archive.spool(sampleKey());
  for (const bytes of received) {
    const part = await spool.begin();
    await writePieces(part, bytes, 4 << 20);
    await part.end();
  }
  archive.close();
}

/** Records of the chunk as found, each part's bytes read; null if it is not there. */
async function look(archive: Archive): Promise<{ records: number; parts: Buffer[] } | null> {
  const found = await archive.find(sampleKey());
  if (!found) return null;
  const parts = [];
  for (const part of found.parts) parts.push(await allBytes(part.read()));
  return { records: found.records, parts };
}

/**
 * The chunk is there as before or whole as now, and whoever comes next ends with the whole chunk and nothing
 * besides. Returns whether it was there.
 */
async function expectSound(
  options: ArchiveOptions,
  received: readonly Uint8Array[],
  former?: Uint8Array,
): Promise<boolean> {
  const before = former ? { records: 7, parts: [Buffer.from(former)] } : null;
  const after = { records: 30, parts: received.map((bytes) => Buffer.from(bytes)) };
  const archive = await openArchive(options);
  const found = await look(archive);
  const isThere = found?.records === after.records;
  expect(same(found, isThere ? after : before)).toBe(true);
  const spool = await archive.spool(sampleKey());
  // Found whole, it has also lost its spool by now.
  expect(spool.parts.map(({ bytes }) => bytes)).toEqual(
    isThere ? [] : received.map(({ length }) => length),
  );
  await spool.complete(COUNTS);
  expect(same(await look(archive), after)).toBe(true);
  const damages = [];
  for await (const finding of archive.verify()) {
    // A death after the manifest was put may leave files of the former one: they harm nobody.
    damages.push(...finding.damages.filter(({ problem }) => !(former && problem === 'stray file')));
  }
  expect(damages).toEqual([]);
  expect(readdirSync(join(options.folder, 'spool'))).toEqual([]);
  archive.close();
  return isThere;
}

/** Whole buffers compared by Jest would take long. */
function same(a: Awaited<ReturnType<typeof look>>, b: typeof a): boolean {
  if (!a || !b) return a === b;
  return (
    a.records === b.records &&
    a.parts.length === b.parts.length &&
    a.parts.every((bytes, index) => bytes.equals(b.parts[index] as Buffer))
  );
}

describe('completing', () => {
  it.each(['first', 'second'])(
    'for the %s time may be killed before any change to the file system',
    async (time) => {
      const received = [sampleBytes(200_000, 1), sampleBytes(100_000, 2)];
      const former = time === 'second' ? sampleBytes(1000, 3) : undefined;
      const outcomes: boolean[] = [];
      for (let dieAt = 0; ; dieAt++) {
        const options = newOptions('folder');
        if (former) {
          await fillSpool(options, [former]);
          const archive = await openArchive(options);
          const spool = await archive.spool(sampleKey());
          await spool.complete([{ part: 0, skip: 0, records: 7 }]);
        }
        await fillSpool(options, received);
        const { said, signal, code } = await startWork({
          options,
          complete: COUNTS,
          dieAt,
        }).ended();
        const lived = { said: [{ changes: dieAt }], signal: null, code: 0 };
        const died = { said: [], signal: 'SIGKILL', code: null };
        expect({ said, signal, code }).toEqual(signal === null ? lived : died);
        if (signal === null) break;
        outcomes.push(await expectSound(options, received, former));
      }
      // At first it is not there, from some step on it is.
      expect(outcomes).toEqual(outcomes.toSorted((a, b) => Number(a) - Number(b)));
      expect(new Set(outcomes)).toEqual(new Set([false, true]));
      expect(outcomes.length).toBeGreaterThan(10);
    },
  );

  it('may fail at any change to the file system, as on a full disk', async () => {
    const received = [sampleBytes(200_000, 1), sampleBytes(100_000, 2)];
    const outcomes: boolean[] = [];
    for (let failAt = 0; ; failAt++) {
      const options = newOptions('folder');
      await fillSpool(options, received);
      const { said } = await startWork({ options, complete: COUNTS, failAt }).ended();
      if (said[0]?.['changes'] === failAt) break;
      expect(said).toEqual([
        {
          code: 'disk_full',
          retryable: false,
          message: expect.stringMatching(/^cannot \w+ .*: the disk is full: free some space, then/),
        },
      ]);
      outcomes.push(await expectSound(options, received));
    }
    expect(new Set(outcomes)).toEqual(new Set([false, true]));
  });

  it('copies to a file system other than that of the spool', async () => {
    const received = [sampleBytes(200_000, 1), sampleBytes(100_000, 2)];
    const options = newOptions('folder');
    await fillSpool(options, received);
    const { said } = await startWork({ options, complete: COUNTS, isLinkless: true }).ended();
    expect(said).toEqual([{ changes: expect.any(Number) }]);
    expect(await expectSound(options, received)).toBe(true);
  });

  it.each(['lost', 'never sent'])(
    'may be killed at any request to the bucket, its answer %s',
    async (kind) => {
      // The second part is sent in two pieces.
      const received = [sampleBytes(100_000, 1), sampleBytes((16 << 20) + 1000, 2)];
      const outcomes: boolean[] = [];
      for (let dieAt = 0; ; dieAt++) {
        const options = newOptions('s3');
        await fillSpool(options, received);
        const { child, ended } = startWork({ options, complete: COUNTS });
        const kill = (): void => void child.kill('SIGKILL');
        server.intercept((_, at) => {
          // The first is that of opening.
          if (at !== dieAt + 1) return undefined;
          if (kind === 'lost') return { lost: kill };
          kill();
          return { reset: true };
        });
        const { signal } = await ended();
        server.intercept();
        if (signal === null) break;
        outcomes.push(await expectSound(options, received));
      }
      expect(outcomes).toEqual(outcomes.toSorted((a, b) => Number(a) - Number(b)));
      expect(new Set(outcomes)).toEqual(new Set([false, true]));
      expect(outcomes.length).toBeGreaterThan(5);
    },
  );
});

it('keeps in the spool what a killed process had written', async () => {
  const options = newOptions('folder');
  const { child, lines, ended } = startWork({ options, writeForever: true });
  let written = 0;
  for await (const line of lines) {
    written = Number(line['written']);
    if (written >= 100_000) break;
  }
  child.kill('SIGKILL');
  expect((await ended()).signal).toBe('SIGKILL');
  const archive = await openArchive(options);
  const spool = await archive.spool(sampleKey());
  expect(spool.parts.length).toBe(1);
  const kept = await allBytes(spool.parts[0]!.read());
  expect(kept.length).toBeGreaterThanOrEqual(written);
  expect(kept.equals(sampleBytes(1 << 20).subarray(0, kept.length))).toBe(true);
  await spool.discard();
  expect(spool.parts).toEqual([]);
  expect((await archive.spool(sampleKey())).parts).toEqual([]);
  expect(existsSync(join(options.folder, 'spool', sampleKey().chunkId))).toBe(false);
});
