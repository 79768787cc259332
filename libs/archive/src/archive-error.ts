/**
 * - `invalid`: an id, name or option that cannot be meant.
 * - `damaged`: the archive does not hold what its manifest says.
 * - `busy`: another process has the chunk's spool.
 * - `disk_full`, `permission`, `not_found`, `refused`: the store does not take it, and will not by itself.
 * - `unavailable`: the store cannot be had at the moment.
 */
export type ArchiveErrorCode =
  | 'invalid'
  | 'damaged'
  | 'busy'
  | 'disk_full'
  | 'permission'
  | 'not_found'
  | 'refused'
  | 'unavailable';

export interface ArchiveErrorDetails {
  readonly code: ArchiveErrorCode;
  /** The path, or `s3://bucket/key`; null where the error is about no place. */
  readonly where: string | null;
  readonly cause?: unknown;
}

/** What went wrong in the archive, where, and what to do. No secret is in it. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
  readonly code: ArchiveErrorCode;
  readonly where: string | null;

  constructor(message: string, { code, where, cause }: ArchiveErrorDetails) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.where = where;
  }

  /** Whether the same call may succeed later without anybody doing anything. */
  get retryable(): boolean {
    return this.code === 'unavailable';
  }
}
