/**
 * For tests: a process that works on a chunk, to be killed or measured. Its argument is a `Work` as JSON; it
 * prints a line of JSON for each thing it has done.
 */
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import type { ArchiveError } from './archive-error.js';
import type { PartCounts } from './complete-chunk.js';
import { openArchive } from './open-archive.js';
import type { ArchiveOptions } from './open-archive.js';
import { sampleBytes, sampleKey } from './sample-chunk.js';

export interface Work {
  readonly options: ArchiveOptions;
  /** Writes bytes of the sample until it is killed. */
  readonly writeForever?: boolean;
  /** Completes the chunk of what is in the spool. */
  readonly complete?: readonly PartCounts[];
  /** Kills itself before this change to the file system, counted from 0 since it began to complete. */
  readonly dieAt?: number;
  /** This change fails instead, as on a full disk. */
  readonly failAt?: number;
  /** Hard links fail, as between two file systems. */
  readonly isLinkless?: boolean;
  /** Writes a part of so many bytes, completes it, verifies, reads it back. */
  readonly roundTrip?: number;
}

const say = (line: object): void => console.log(JSON.stringify(line));

const { options, writeForever, complete, dieAt, failAt, isLinkless, roundTrip } = JSON.parse(
  process.argv[2] ?? '{}',
) as Work;
const archive = await openArchive(options).catch((error: ArchiveError) => {
  say({ code: error.code, retryable: error.retryable, message: error.message });
  process.exit();
});
const spool = await archive.spool(sampleKey());

if (writeForever) {
  const part = await spool.begin();
  const bytes = sampleBytes(1 << 20);
  for (let at = 0; at < bytes.length; at += 1000) {
    await part.write(bytes.subarray(at, at + 1000));
    say({ written: at + 1000 });
  }
}

if (complete) {
  const counter = await countChanges();
  try {
    await spool.complete(complete);
    say({ changes: counter.changes });
  } catch (error) {
    const { code, retryable, message } = error as ArchiveError;
    say({ code, retryable, message });
  }
}

if (roundTrip !== undefined) {
  // Not resourceUsage().maxRSS, which begins with that of the process that started this one.
  let peakBytes = 0;
  const watch = setInterval(() => {
    peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
  }, 5);
  const piece = sampleBytes(1 << 20);
  const part = await spool.begin();
  for (let at = 0; at < roundTrip; at += piece.length) await part.write(piece);
  await part.end();
  await spool.complete([{ part: 0, skip: 0, records: 1 }]);
  for await (const { isOk, bytes } of archive.verify()) say({ isOk, bytes });
  const found = await archive.find(sampleKey());
  let read = 0;
  for await (const bytes of found!.parts[0]!.read()) read += bytes.length;
  clearInterval(watch);
  say({ read, peakBytes });
}
archive.close();

function fails(code: string): Promise<never> {
  return Promise.reject(Object.assign(new Error(code), { code }));
}

/** Counts every change to the file system, and dies before one or lets one fail. */
async function countChanges(): Promise<{ changes: number }> {
  const counter = { changes: 0 };
  const counted = (holder: object, names: readonly string[]): void => {
    const methods = holder as Record<string, (...args: unknown[]) => unknown>;
    for (const name of names) {
      const method = methods[name] as (...args: unknown[]) => unknown;
      methods[name] = function (this: unknown, ...args: unknown[]): unknown {
        const change = counter.changes++;
        if (change === dieAt) {
          process.kill(process.pid, 'SIGKILL');
          for (;;);
        }
        if (change === failAt) return fails('ENOSPC');
        if (name === 'link' && isLinkless) return fails('EXDEV');
        return method.apply(this, args);
      };
    }
  };
  const handle = await fs.open(process.execPath, 'r');
  counted(Object.getPrototypeOf(handle) as object, ['sync', 'writeFile', 'appendFile']);
  await handle.close();
  counted(fs, ['open', 'mkdir', 'rename', 'link', 'copyFile', 'rm']);
  syncBuiltinESMExports();
  return counter;
}
