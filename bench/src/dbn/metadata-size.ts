import { closeSync, openSync, readSync } from 'node:fs';
import { readPrelude } from '@tapeline/dbn';

/** Where the first record of an uncompressed file begins. */
export function metadataSize(file: string): number {
  const prelude = new Uint8Array(8);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, prelude);
    return readPrelude(prelude).size;
  } finally {
    closeSync(descriptor);
  }
}
