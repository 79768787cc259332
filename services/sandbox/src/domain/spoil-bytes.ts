import { setTimeout as sleep } from 'node:timers/promises';
import type { StreamFault } from './faults.js';

/** What was sent last shall arrive before the connection ends. */
const FLUSH_MS = 50;

/** The bytes of a body with a fault. @throws Error where the connection is to be cut. */
export async function* spoilBytes(
  bytes: AsyncIterable<Uint8Array>,
  { cutAfterBytes = Infinity, delayMs = 0, pieceBytes = Infinity, alterByte = -1 }: SpoilOptions,
): AsyncGenerator<Uint8Array> {
  let sent = 0;
  try {
    for await (const part of bytes) {
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
  'cutAfterBytes' | 'delayMs' | 'pieceBytes' | 'alterByte'
>;

function alter(piece: Uint8Array, position: number): Uint8Array {
  if (position < 0 || position >= piece.length) return piece;
  const altered = piece.slice();
  altered[position]! ^= 1;
  return altered;
}
