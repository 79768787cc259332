/** For tests: ZIPs byte by byte, also such as no tool writes. */
import { crc32, deflateRawSync } from 'node:zlib';

/** An entry as it is, and what its headers say where they lie. */
export interface FixtureEntry {
  readonly name: string;
  readonly data?: string | Uint8Array;
  readonly deflate?: boolean;
  readonly method?: number;
  /** The general purpose bit flag beside UTF-8 names. */
  readonly flags?: number;
  /** st_mode as Unix tools write it. */
  readonly mode?: number;
  readonly declaredSize?: number;
  readonly declaredCrc?: number;
  /** Takes the bytes of the entry before. */
  readonly shared?: boolean;
}

const UTF8 = 0x800;
const MADE_ON_UNIX = 3 << 8;

/** The bytes of a ZIP (APPNOTE 4.3.7, 4.3.12, 4.3.16). */
export function zipOf(entries: readonly FixtureEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  let previous = 0;
  for (const entry of entries) {
    const plain = Buffer.from(entry.data ?? '');
    const stored = entry.deflate ? deflateRawSync(plain) : plain;
    const name = Buffer.from(entry.name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(UTF8 | (entry.flags ?? 0), 2);
    common.writeUInt16LE(entry.method ?? (entry.deflate ? 8 : 0), 4);
    common.writeUInt32LE(entry.declaredCrc ?? crc32(plain), 10);
    common.writeUInt32LE(stored.length, 14);
    common.writeUInt32LE(entry.declaredSize ?? plain.length, 18);
    common.writeUInt16LE(name.length, 22);
    const start = entry.shared ? previous : at;
    if (!entry.shared) {
      const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), common, name, stored]);
      parts.push(local);
      previous = at;
      at += local.length;
    }
    const central = Buffer.alloc(46);
    central.write('PK\u0001\u0002', 0, 'latin1');
    central.writeUInt16LE(MADE_ON_UNIX | 20, 4);
    common.copy(central, 6);
    central.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 38);
    central.writeUInt32LE(start, 42);
    directory.push(central, name);
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 0, 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, listed, end]);
}
