import { filePieces } from './file-pieces.js';
import type { Meter } from './meter.js';
import type { Outcome, Task } from './ways.js';

interface Trade {
  readonly publisherId: number;
  readonly instrumentId: number;
  readonly tsEvent: bigint;
  readonly price: bigint;
  readonly size: number;
  readonly action: string;
  readonly side: string;
  readonly flags: number;
  readonly depth: number;
  readonly tsRecv: bigint;
  readonly tsInDelta: number;
  readonly sequence: number;
}

/** What one writes by hand for trades: an object for each, its 64-bit fields BigInts. */
export function decodeNaively({ rawFile }: Task, meter: Meter): Outcome {
  let rest = Buffer.alloc(0);
  let start = 0;
  let records = 0;
  let last: Trade | undefined;
  meter.resume();
  for (const piece of filePieces(rawFile, meter)) {
    const bytes = Buffer.concat([rest, piece]);
    if (start === 0) start = 8 + bytes.readUInt32LE(4);
    const trades: Trade[] = [];
    let at = records === 0 ? start : 0;
    for (; at < bytes.length && at + 4 * bytes[at]! <= bytes.length; at += 4 * bytes[at]!) {
      trades.push(readTrade(bytes, at));
    }
    rest = bytes.subarray(at);
    records += trades.length;
    last = trades.at(-1);
  }
  meter.pause();
  return { records, lastTsEvent: last?.tsEvent };
}

const readTrade = (bytes: Buffer, at: number): Trade => ({
  publisherId: bytes.readUInt16LE(at + 2),
  instrumentId: bytes.readUInt32LE(at + 4),
  tsEvent: bytes.readBigUInt64LE(at + 8),
  price: bytes.readBigInt64LE(at + 16),
  size: bytes.readUInt32LE(at + 24),
  action: String.fromCharCode(bytes[at + 28]!),
  side: String.fromCharCode(bytes[at + 29]!),
  flags: bytes[at + 30]!,
  depth: bytes[at + 31]!,
  tsRecv: bytes.readBigUInt64LE(at + 32),
  tsInDelta: bytes.readInt32LE(at + 40),
  sequence: bytes.readUInt32LE(at + 44),
});
