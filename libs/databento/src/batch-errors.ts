/** Failures of batch jobs that the server does not report itself. */
import { DatabentoError } from './databento-error.js';
import type { SubmissionMark } from './batch-requests.js';

/** A downloaded file is not the one that was announced. Nothing was left under its name. */
export class ChecksumError extends DatabentoError {
  override readonly name = 'ChecksumError';

  constructor(
    readonly filename: string,
    /** sha256, hexadecimal; null if none was announced. */
    readonly expected: string | null,
    /** Null if the file was not downloaded, because there is nothing to check it against. */
    readonly actual: string | null,
  ) {
    super(
      actual === null
        ? `'${filename}' was announced without a sha256, so it cannot be checked: pass allowUnchecked to take it as it is`
        : `'${filename}' has the sha256 ${actual} instead of ${String(expected)}, twice: ask Databento's support, or submit the job again`,
      { status: null, retryable: false },
    );
  }
}

/** The files of a job are asked for before it is done. */
export class JobNotDoneError extends DatabentoError {
  override readonly name = 'JobNotDoneError';

  constructor(
    readonly jobId: string,
    readonly state: string,
    readonly progress: number | null,
  ) {
    const percent = progress === null ? '' : ` (${progress} %)`;
    super(`job ${jobId} is ${state}${percent}: its files can be downloaded once it is done`, {
      status: null,
      retryable: true,
    });
  }
}

/**
 * Nobody knows whether a job was submitted: the answer was lost, and the jobs could not be listed. Pass
 * `mark` to submitJobOnce later; it looks for the job before it submits another one.
 */
export class SubmissionUnknownError extends DatabentoError {
  override readonly name = 'SubmissionUnknownError';

  constructor(
    readonly mark: SubmissionMark,
    cause: unknown,
  ) {
    super(
      'the answer to batch.submit_job was lost, and whether the job exists could not be found out: call submitJobOnce again with the mark of this error, lest the job be paid twice',
      { status: null, retryable: true, cause },
    );
  }
}
