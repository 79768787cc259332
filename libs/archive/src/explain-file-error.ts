import { ArchiveError } from './archive-error.js';
import type { ArchiveErrorCode } from './archive-error.js';

const EXPLANATIONS: Readonly<Record<string, readonly [ArchiveErrorCode, string]>> = {
  ENOSPC: ['disk_full', 'the disk is full: free some space, then run the job again'],
  EDQUOT: ['disk_full', 'the disk quota is used up: free some space, then run the job again'],
  EFBIG: ['refused', 'the file is larger than the file system or the process limit allows'],
  EACCES: ['permission', 'permission denied: let this user read and write the folder'],
  EPERM: ['permission', 'permission denied: let this user read and write the folder'],
  EROFS: ['permission', 'the file system is mounted read-only'],
  ENOENT: ['not_found', 'it is not there: was the folder removed or unmounted?'],
  ENOTDIR: ['refused', 'a part of this path is a file, not a folder'],
  EISDIR: ['refused', 'this is a folder, not a file'],
  EMFILE: ['unavailable', 'too many open files: raise the limit of this process'],
  ENFILE: ['unavailable', 'too many open files on this machine'],
  EAGAIN: ['unavailable', 'the file system is busy'],
  EBUSY: ['unavailable', 'the file system is busy'],
  ETIMEDOUT: ['unavailable', 'the file system did not answer in time'],
  ESTALE: ['unavailable', 'the network file system lost the file'],
};

/** Says what failed, where and what to do; what no file system said stays as it is. `doing`: such as `cannot write`. */
export function explainFileError(error: unknown, doing: string, where: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof ArchiveError || code === undefined || !/^E[A-Z0-9]+$/.test(code))
    return error;
  const [kind, explanation] = EXPLANATIONS[code] ?? [
    'refused' as const,
    `the file system refused it (${code})`,
  ];
  return new ArchiveError(`${doing} ${where}: ${explanation}`, { code: kind, where, cause: error });
}

/** Runs a step on the file system; its errors are explained. @throws ArchiveError */
export async function onDisk<T>(doing: string, where: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw explainFileError(error, doing, where);
  }
}

/** The result, or undefined where there is no such file or folder. */
export async function unlessAbsent<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
