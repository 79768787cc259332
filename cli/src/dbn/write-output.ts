import { createWriteStream, existsSync } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import { CliError } from '../cli-error.js';
import { reasonOf } from './input-file.js';

export interface OutputTarget {
  /** Standard output where there is none. */
  readonly path: string | undefined;
  readonly zstd: boolean;
  /** Whether a file of that name may be replaced. */
  readonly force: boolean;
}

/** Smaller pieces are joined before they are written. */
const WRITE_BYTES = 64 * 1024;

/** @throws CliError if the file exists and may not be replaced. */
export function refuseExisting({ path, force }: OutputTarget): void {
  if (path !== undefined && !force && existsSync(path)) {
    throw new CliError(`${path} exists: --force replaces it`);
  }
}

/**
 * Writes all bytes, no faster than they are taken. A file gets its name when it is complete, and what an
 * interruption leaves has another name or none.
 * @returns the size of the file, or undefined for standard output.
 * @throws CliError if it cannot be written, or `signal` is aborted.
 */
export async function writeOutput(
  source: AsyncIterable<Uint8Array>,
  { path, zstd }: OutputTarget,
  signal: AbortSignal,
): Promise<number | undefined> {
  const steps: NodeJS.ReadWriteStream[] = zstd
    ? [createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } })]
    : [];
  const readable = Readable.from(joinSmall(source), { objectMode: false });
  if (path === undefined) {
    await toStandardOutput(readable, steps, signal);
    return undefined;
  }
  const temporary = `${path}.${process.pid}.part`;
  try {
    await pipeline([readable, ...steps, createWriteStream(temporary)], { signal });
    await rename(temporary, path);
    return (await stat(path)).size;
  } catch (error) {
    await rm(temporary, { force: true });
    if (signal.aborted)
      throw new CliError(`interrupted; ${path} was not written`, { cause: error });
    if (isSystemError(error)) {
      throw new CliError(`cannot write ${path}: ${reasonOf(error)}`, { cause: error });
    }
    throw error;
  }
}

/** A reader that has seen enough, such as `head`, is no fault. */
async function toStandardOutput(
  source: Readable,
  steps: readonly NodeJS.ReadWriteStream[],
  signal: AbortSignal,
): Promise<void> {
  try {
    await pipeline([source, ...steps, process.stdout], { end: false, signal });
  } catch (error) {
    if (signal.aborted) throw new CliError('interrupted', { cause: error });
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  }
}

const isSystemError = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && 'errno' in error;

async function* joinSmall(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of source) {
    pieces.push(piece);
    size += piece.length;
    if (size < WRITE_BYTES) continue;
    yield pieces.length === 1 ? piece : Buffer.concat(pieces);
    pieces = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(pieces);
}
