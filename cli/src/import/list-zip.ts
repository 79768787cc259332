import { getFileNameLowLevel } from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import { CliError } from '../cli-error.js';

/** A file in a ZIP, by the name that it is to have in a folder. */
export interface ZipMember {
  readonly name: string;
  readonly entry: Entry;
}

/** A year of days, split by thousands of symbols, stays below. */
const MAX_ENTRIES = 500_000;
const MAX_NAME_BYTES = 255;
const STORED = 0;
const DEFLATED = 8;
/** The bits of st_mode that say what an entry is, as Unix tools write it in the upper half of its attributes. */
const KIND = 0o170000;
const PLAIN_KINDS: ReadonlySet<number> = new Set([0, 0o100000, 0o040000]);

const LOOK_FIRST = 'unpack it yourself, look at what it has, and give the folder';

/**
 * The files of a ZIP, of which every name, kind and method is known to be harmless before one is extracted. All
 * may be in one folder; what macOS adds in `__MACOSX` is left out.
 * @param zip opened with `lazyEntries`, and `decodeStrings` off. @param path names the ZIP in messages.
 * @throws CliError for the first entry that is not as a batch job's; what yauzl throws of a damaged directory.
 */
export async function listZip(zip: ZipFile, path: string): Promise<ZipMember[]> {
  if (zip.entryCount > MAX_ENTRIES) {
    throw new CliError(`${path} has ${zip.entryCount} entries, no batch job has: ${LOOK_FIRST}`);
  }
  const members: ZipMember[] = [];
  const folders = new Set<string>();
  const names = new Set<string>();
  let bytes = 0;
  for await (const entry of zip.eachEntry()) {
    const flags = entry.generalPurposeBitFlag;
    const fullName = getFileNameLowLevel(flags, entry.fileNameRaw, entry.extraFields, true);
    const refuse = (what: string, remedy = LOOK_FIRST): never => {
      throw new CliError(`${path}: the entry ${JSON.stringify(fullName)} ${what}: ${remedy}`);
    };
    checkName(fullName, refuse);
    if (!PLAIN_KINDS.has((entry.externalFileAttributes >>> 16) & KIND)) {
      refuse('is a link or a device, not a file');
    }
    if (fullName.endsWith('/') || fullName.startsWith('__MACOSX/')) continue;
    if (entry.isEncrypted()) refuse('is encrypted', 'unpack it yourself and give the folder');
    if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED) {
      refuse(
        `is compressed by method ${entry.compressionMethod}, not stored or deflated`,
        'unpack it yourself and give the folder',
      );
    }
    const parts = fullName.split('/');
    const name = parts.pop()!;
    folders.add(parts.join('/'));
    if (parts.length > 1 || folders.size > 1) {
      refuse('is in a folder of its own, but the files of a batch job are in one');
    }
    // File systems of macOS and Windows take such names for the same.
    const key = name.normalize('NFC').toLowerCase();
    if (names.has(key)) refuse('is there twice');
    names.add(key);
    bytes += entry.compressedSize;
    // Entries that share bytes are how a small ZIP becomes petabytes.
    if (bytes > zip.fileSize) refuse('overlaps another, or goes beyond the end of the file');
    members.push({ name, entry });
  }
  return members;
}

function checkName(name: string, refuse: (what: string) => never): void {
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name)) refuse('has an absolute path');
  if (name.includes('\\')) refuse('has a backslash in its name');
  if (/\p{Cc}/u.test(name)) refuse('has a control character in its name');
  const parts = name.replace(/\/$/, '').split('/');
  if (parts.includes('..')) refuse('leads out of the folder');
  if (parts.includes('') || parts.includes('.')) refuse('has no proper name');
  if (parts.some((part) => Buffer.byteLength(part) > MAX_NAME_BYTES)) refuse('has too long a name');
}
