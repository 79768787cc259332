import { open, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { ChecksumError } from './batch-errors.js';
import type { BatchFile } from './batch-responses.js';
import type { Caller } from './caller.js';
import { hashFile } from './hash-file.js';
import { ConnectionError, UnexpectedAnswerError } from './network-errors.js';
import type { Attempt } from './retry.js';
import type { Answer } from './transport.js';

const METHOD = 'batch.download';

export interface DownloadFileRequest {
  readonly file: BatchFile;
  /** Of the file in the API, such as `/v0/batch/download/USER/JOB/FILE`. */
  readonly path: string;
  /** Exists already. */
  readonly folder: string;
  /** Takes files that were announced without a sha256, by their size alone. */
  readonly allowUnchecked?: boolean;
  /** Told how many bytes of the file there are, again and again. */
  readonly onBytes?: (bytes: number) => void;
}

export interface DownloadedFile {
  readonly path: string;
  readonly size: number;
  /** Hexadecimal, of the bytes on disk. */
  readonly sha256: string;
  /** Whether the file was there already. */
  readonly held: boolean;
}

/**
 * Downloads a file under a temporary name (`.part`), from where an earlier download broke off, and gives
 * it its name once its sha256 is as announced. A name therefore stands for a whole file. One download of
 * a file at a time.
 * @throws ChecksumError if the bytes are wrong twice; DatabentoError; the file system's errors.
 */
export async function downloadFile(
  caller: Caller,
  request: DownloadFileRequest,
  signal?: AbortSignal,
): Promise<DownloadedFile> {
  const { file } = request;
  const path = join(request.folder, file.filename);
  if (file.sha256 === null && request.allowUnchecked !== true) {
    throw new ChecksumError(file.filename, null, null);
  }
  const held = await check(path, file);
  if (held.isRight) {
    request.onBytes?.(file.size);
    return { path, size: file.size, sha256: held.sha256, held: true };
  }
  const part = `${path}.part`;
  for (let tries = 1; ; tries++) {
    const reached = { bytes: 0 };
    await caller.retried(METHOD, signal, (attempt) =>
      fetchRest(caller, request, part, { ...attempt, reached }, signal),
    );
    const { isRight, sha256 } = await check(part, file);
    if (isRight) {
      await rename(part, path);
      return { path, size: file.size, sha256, held: false };
    }
    // What an earlier download left may have been something else: once more from the beginning.
    await rm(part, { force: true });
    if (tries === 2) throw new ChecksumError(file.filename, file.sha256, sha256);
  }
}

async function check(
  path: string,
  { size, sha256 }: BatchFile,
): Promise<{ isRight: boolean; sha256: string }> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found?.size !== size) return { isRight: false, sha256: '' };
  const actual = await hashFile(path);
  return { isRight: sha256 === null || actual === sha256, sha256: actual };
}

/** An attempt that knows how far those before it came: to get there again is no progress. */
type DownloadAttempt = Attempt & { readonly reached: { bytes: number } };

/** Appends what is missing. */
async function fetchRest(
  caller: Caller,
  request: DownloadFileRequest,
  part: string,
  attempt: DownloadAttempt,
  signal: AbortSignal | undefined,
): Promise<void> {
  await using handle = await open(part, 'a');
  let { size: have } = await handle.stat();
  if (have > request.file.size) {
    await handle.truncate(0);
    have = 0;
  }
  if (have < request.file.size) {
    const answer = await caller.once({
      method: METHOD,
      path: request.path,
      accept: '*/*',
      ...(have > 0 && { offset: have }),
      signal,
    });
    if (have > 0 && !continuesAt(answer, have)) {
      await handle.truncate(0);
      have = 0;
      if (answer.status === 206) {
        await answer.discard();
        throw unfit(answer, 'with another part of the file than the one asked for');
      }
    }
    await append(handle, answer, request, have, attempt);
  }
  await handle.sync();
}

/** Whether the answer is the part from `offset` on. */
const continuesAt = ({ status, header }: Answer, offset: number): boolean =>
  status === 206 && (header('content-range') ?? '').startsWith(`bytes ${offset}-`);

async function append(
  handle: FileHandle,
  answer: Answer,
  { file, onBytes }: DownloadFileRequest,
  from: number,
  { reached, progressed }: DownloadAttempt,
): Promise<void> {
  let have = from;
  for await (const piece of answer.body) {
    if (have + piece.length > file.size) {
      await handle.truncate(0);
      throw unfit(
        answer,
        `with more than the ${file.size} bytes that '${file.filename}' should have`,
        false,
      );
    }
    await handle.appendFile(piece);
    have += piece.length;
    if (have > reached.bytes) {
      reached.bytes = have;
      progressed();
    }
    onBytes?.(have);
  }
  if (have === file.size) return;
  throw new ConnectionError(
    `${METHOD} sent ${have} of the ${file.size} bytes of '${file.filename}'; ask again for the rest`,
    { status: null, requestId: answer.requestId, retryable: true, stage: 'body' },
  );
}

function unfit(answer: Answer, how: string, retryable = true): UnexpectedAnswerError {
  const { status, requestId } = answer;
  return new UnexpectedAnswerError(`${METHOD} was answered ${how}; try again from its beginning`, {
    status,
    requestId,
    retryable,
  });
}
