import { setTimeout as sleep } from 'node:timers/promises';
import type { StreamFault } from './faults.js';
import { stallBytes } from './stall-bytes.js';

/** What was sent last shall arrive before the connection ends. */
const FLUSH_MS = 50;

/**
 * The bytes of a body with a fault. @throws Error where the connection is to be cut.
 * @param stall resolves when a body that stands still may go on.
 */
export async function* spoilBytes(
  bytes: AsyncIterable<Uint8Array>,
  options: SpoilOptions,
  stall: () => Promise<void>,
): AsyncGenerator<Uint8Array> {
  const { cutAfterBytes = Infinity, delayMs = 0, pieceBytes = Infinity, alterByte = -1 } = options;
  const { stallAfterBytes } = options;
  const steady = stallAfterBytes === undefined ? bytes : stallBytes(bytes, stallAfterBytes, stall);
  let sent = 0;
  try {
    for await (const part of steady) {
      for (let from = 0; from < part.length; from += pieceBytes) {
        await sleep(delayMs);
        const piece = part.subarray(from, Math.min(from + pieceBytes, part.length));
        const left = cutAfterBytes - sent;
        const altered = alter(piece, alterByte - sent);
        if (piece.length >= left) {
          if (left > 0) yield altered.subarray(0, left);
          throw new Error(`the connection is cut after ${cutAfterBytes} bytes, as was asked for`);
        }
        sent += piece.length;
        yield altered;
      }
    }
  } catch (error) {
    await sleep(FLUSH_MS);
    throw error;
  }
}

export type SpoilOptions = Pick<
  StreamFault,
  'cutAfterBytes' | 'stallAfterBytes' | 'delayMs' | 'pieceBytes' | 'alterByte'
>;

function alter(piece: Uint8Array, position: number): Uint8Array {
  if (position < 0 || position >= piece.length) return piece;
  const altered = piece.slice();
  altered[position]! ^= 1;
  return altered;
}
