import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { makeTemporaryFolder } from '@tapeline/testing';
import { startS3Server } from './s3-server.js';
import type { S3Server } from './s3-server.js';
import { startWork } from './start-work.js';

const MB = 1 << 20;

let base: string;
let server: S3Server;

beforeAll(async () => {
  base = makeTemporaryFolder('archive-memory');
  server = await startS3Server();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(base, { recursive: true, force: true });
});

/** Receives, stores, verifies and reads back a part in a process of its own. */
async function peakMb(kind: string, roundTrip: number): Promise<number> {
  const folder = join(base, `${kind}-${roundTrip}`);
  const options = kind === 's3' ? { folder, s3: server.fresh() } : { folder };
  const { said, code } = await startWork({ options, roundTrip }).ended();
  expect(code).toBe(0);
  expect(said).toEqual([
    { isOk: true, bytes: roundTrip },
    { read: roundTrip, peakBytes: expect.any(Number) },
  ]);
  return Number(said[1]?.['peakBytes']) / MB;
}

it.each(['folder', 's3'])('a part of any size takes the same memory in a %s', async (kind) => {
  const small = await peakMb(kind, 48 * MB);
  const large = await peakMb(kind, 256 * MB);
  // Held whole it would take 208 MB more.
  expect(large - small).toBeLessThan(80);
});
