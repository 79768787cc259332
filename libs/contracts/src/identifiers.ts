import { createHash } from 'node:crypto';

/**
 * The id of a chunk: a digest of what is requested, so that the same request is the same chunk in every
 * job and on every retry. `request` must be plain JSON with a fixed order of keys.
 */
export function chunkId(request: object): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('hex').slice(0, 20);
}

/** `<chunk_id>.<sequence>`, sequence from 0. */
export const batchId = (chunk: string, sequence: number): string => `${chunk}.${sequence}`;

/** SHA-256 of bytes, in hex. */
export const sha256 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');
