import { stypeOf } from './record-facts.js';
import type { DbnMetadata } from '../metadata.js';
import type { DbnErrorCode } from '../dbn-error.js';

/** A refusal, as the decoder under test is to report it. */
export class Refusal extends Error {
  constructor(
    readonly code: DbnErrorCode,
    readonly offset?: number,
    readonly recordIndex?: number,
  ) {
    super(code);
  }
}

/** The metadata, and where they end: everything at hand, nothing fast. @throws Refusal */
export function referenceMetadata(
  bytes: Uint8Array,
  maxBytes: number,
): { metadata: DbnMetadata; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8) throw new Refusal('truncated', bytes.length);
  if (String.fromCharCode(...bytes.subarray(0, 3)) !== 'DBN') throw new Refusal('bad_magic', 0);
  const version = bytes[3]!;
  if (version !== 1 && version !== 2 && version !== 3) throw new Refusal('unsupported_version', 3);
  const end = 8 + view.getUint32(4, true);
  if (end < 108) throw new Refusal('bad_length', 4);
  if (end > maxBytes) throw new Refusal('metadata_too_large', 4);
  if (bytes.length < end) throw new Refusal('truncated', bytes.length);

  let at = 8;
  const take = (size: number): number => {
    if (at + size > end) throw new Refusal('bad_metadata');
    at += size;
    return at - size;
  };
  const u8 = (): number => view.getUint8(take(1));
  const u16 = (): number => view.getUint16(take(2), true);
  const u32 = (): number => view.getUint32(take(4), true);
  const u64 = (): bigint => view.getBigUint64(take(8), true);
  const orNull = <T>(value: T, unset: T): T | null => (value === unset ? null : value);

  const dataset = untilNul(bytes, take(16), 16) ?? latin1(bytes.subarray(8, 24));
  const schema = orNull(u16(), 0xffff);
  const start = u64();
  const endTime = orNull(u64(), MAX);
  const limit = orNull(u64(), 0n);
  const recordCount = version === 1 ? u64() : MAX;
  const stypeIn = stypeOf(u8());
  const stypeOut = stypeOf(u8());
  const tsOut = u8() > 0;
  const width = version === 1 ? 22 : u16();
  if (width === 0) throw new Refusal('bad_metadata');
  at = 108;
  if (u32() !== 0) throw new Refusal('bad_metadata');

  const symbol = (): string => {
    const text = untilNul(bytes, take(width), width);
    if (text === undefined) throw new Refusal('bad_metadata');
    return text;
  };
  // Every entry takes at least a byte, so a lie about their number ends at the end of the metadata.
  const list = <T>(entry: () => T): T[] => {
    const entries: T[] = [];
    for (let left = u32(); left > 0; left--) entries.push(entry());
    return entries;
  };
  const interval = () => ({ startDate: date(u32()), endDate: date(u32()), symbol: symbol() });
  return {
    metadata: {
      version,
      dataset,
      schema,
      start,
      end: endTime,
      limit,
      ...(recordCount !== MAX && { recordCount }),
      stypeIn,
      stypeOut,
      tsOut,
      symbols: list(symbol),
      partial: list(symbol),
      notFound: list(symbol),
      mappings: list(() => ({ rawSymbol: symbol(), intervals: list(interval) })),
    },
    end,
  };
}

const MAX = 2n ** 64n - 1n;

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

function untilNul(bytes: Uint8Array, at: number, width: number): string | undefined {
  for (let length = 0; length < width; length++) {
    if (bytes[at + length] === 0) return latin1(bytes.subarray(at, at + length));
  }
  return undefined;
}

function date(code: number): string {
  const match = /^([1-9]\d{3})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/.exec(`${code}`);
  if (!match) throw new Refusal('bad_metadata');
  return match.slice(1).join('-');
}
