import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { JobNotDoneError } from './batch-errors.js';
import type { BatchFile, BatchJob } from './batch-responses.js';
import { DatabentoError } from './databento-error.js';
import type { DownloadedFile, DownloadFileRequest } from './download-file.js';
import { FilesExpiredError } from './errors.js';
import { forEachBounded } from './for-each-bounded.js';

const DEFAULT_PARALLEL = 4;

export interface DownloadJobRequest {
  readonly jobId: string;
  /** The files go into a folder of it that is named like the job. */
  readonly folder: string;
  /** Files at a time, 4 by default. */
  readonly parallel?: number;
  /** Which files; by default all. */
  readonly filter?: (file: BatchFile) => boolean;
  readonly allowUnchecked?: boolean;
  readonly onProgress?: (progress: DownloadProgress) => void;
}

export interface DownloadProgress {
  /** The file that got on. */
  readonly filename: string;
  /** Bytes of all files that are there, and that there will be. */
  readonly bytes: number;
  readonly totalBytes: number;
  /** Files that are complete and checked, and all. */
  readonly files: number;
  readonly totalFiles: number;
}

/** The calls it is made of. */
export interface DownloadPort {
  readonly getJobDetails: (jobId: string, signal?: AbortSignal) => Promise<BatchJob>;
  readonly listFiles: (jobId: string, signal?: AbortSignal) => Promise<BatchFile[]>;
  readonly download: (request: DownloadFileRequest, signal: AbortSignal) => Promise<DownloadedFile>;
}

/**
 * Downloads the files of a job, several at a time. The first failure stops the others; what there is of
 * them stays, and is gone on with next time.
 * @throws JobNotDoneError, FilesExpiredError, and what a download throws.
 */
export async function downloadJob(
  port: DownloadPort,
  request: DownloadJobRequest,
  signal?: AbortSignal,
): Promise<DownloadedFile[]> {
  const { jobId, allowUnchecked = false, onProgress } = request;
  const job = await port.getJobDetails(jobId, signal);
  requireFiles(job);
  const files = (await port.listFiles(jobId, signal)).filter(request.filter ?? (() => true));
  const folder = join(request.folder, folderName(jobId));
  await mkdir(folder, { recursive: true });

  const have = new Map<string, number>();
  let done = 0;
  const totalBytes = files.reduce((sum, { size }) => sum + size, 0);
  const tell = (filename: string): void => {
    const bytes = [...have.values()].reduce((sum, size) => sum + size, 0);
    onProgress?.({ filename, bytes, totalBytes, files: done, totalFiles: files.length });
  };
  return forEachBounded(
    files,
    request.parallel ?? DEFAULT_PARALLEL,
    async (file, stop) => {
      const onBytes = (bytes: number): void => {
        have.set(file.filename, bytes);
        tell(file.filename);
      };
      const path = filePath(job, file);
      const result = await port.download({ file, path, folder, allowUnchecked, onBytes }, stop);
      done += 1;
      have.set(file.filename, file.size);
      tell(file.filename);
      return result;
    },
    signal,
  );
}

function requireFiles({ id, state, progress }: BatchJob): void {
  if (state === 'done') return;
  if (state !== 'expired') throw new JobNotDoneError(id, state, progress);
  throw new FilesExpiredError(
    `the files of job ${id} were kept for 30 days, and are gone: submit the job again to get them`,
    { status: null, retryable: false },
  );
}

/** An id that is no name of a folder would lead elsewhere. */
function folderName(jobId: string): string {
  if (/^[\w-]+$/.test(jobId)) return jobId;
  throw new RangeError(`'${jobId}' is not the id of a batch job`);
}

/** Where the API has a file: by the URL it gives, else by what URLs are made of. */
export function filePath(
  { id, userId }: Pick<BatchJob, 'id' | 'userId'>,
  { filename, httpsUrl }: BatchFile,
): string {
  if (httpsUrl !== null && URL.canParse(httpsUrl)) return new URL(httpsUrl).pathname;
  if (userId !== null) {
    return `/v0/batch/download/${[userId, id, filename].map(encodeURIComponent).join('/')}`;
  }
  throw new DatabentoError(
    `'${filename}' of job ${id} has no URL, and the job does not say whose it is: download it from Databento's portal`,
    { status: null, retryable: false },
  );
}
