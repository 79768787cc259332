import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Archive } from './archive.js';
import { onDisk } from './explain-file-error.js';
import { FolderStore } from './folder-store.js';
import type { S3Options } from './s3-options.js';
import { sweepSpools } from './spool.js';
import type { Store } from './store.js';

export interface ArchiveOptions {
  /** Of this machine: the spool, and the chunks unless they go to a bucket. Made if it is not there. */
  readonly folder: string;
  /** Where whole chunks go instead. */
  readonly s3?: S3Options;
}

/**
 * Opens the archive and makes sure that it can be written to, before anything is bought for it.
 * @throws ArchiveError
 */
export async function openArchive({ folder, s3 }: ArchiveOptions): Promise<Archive> {
  const chunks = join(folder, 'chunks');
  await onDisk('cannot open the archive', folder, async () => {
    for (const path of [join(folder, 'spool'), ...(s3 ? [] : [chunks])]) {
      await mkdir(path, { recursive: true });
      await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
    }
  });
  await sweepSpools(folder);
  const store: Store = s3 ? await openBucket(s3) : new FolderStore(chunks);
  return new Archive(folder, store);
}

/** The client library is loaded only where a bucket is used: it takes its time. */
async function openBucket(options: S3Options): Promise<Store> {
  const { S3Store } = await import('./s3-store.js');
  return S3Store.open(options);
}
