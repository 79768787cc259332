import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeTemporaryFolder } from '@tapeline/testing';
import { CliError } from '../cli-error.js';
import { checkZipSizes } from './check-zip-sizes.js';
import { extractZip } from './extract-zip.js';
import type { ZipMember } from './list-zip.js';
import { zipOf } from './zip-fixture.js';
import type { FixtureEntry } from './zip-fixture.js';

let folder: string;
let imports: string;
let zip: string;
beforeEach(() => {
  folder = makeTemporaryFolder('zip');
  imports = join(folder, 'import');
  zip = join(folder, 'job.zip');
});
afterEach(() => rmSync(folder, { recursive: true }));

const sha256 = (data: string | Uint8Array): string =>
  createHash('sha256').update(data).digest('hex');

const DATA = 'glbx-mdp3-20240102.trades.dbn.zst';
const data: FixtureEntry = { name: DATA, data: 'data' };

/** What a batch job's manifest says of entries. */
const manifestOf = (...entries: readonly FixtureEntry[]): FixtureEntry => ({
  name: 'manifest.json',
  data: JSON.stringify({
    job_id: 'j',
    files: entries.map(({ name, data = '' }) => ({
      filename: name,
      size: Buffer.byteLength(data),
      hash: `sha256:${sha256(data)}`,
    })),
  }),
});

const extract = (...entries: readonly FixtureEntry[]) => {
  writeFileSync(zip, zipOf(entries));
  return extractZip(zip, imports);
};

/** Why a ZIP is refused: a message of what, where and what to do. Nothing is left of it. */
const refusal = async (...entries: readonly FixtureEntry[]): Promise<string> => {
  const error: unknown = await extract(...entries).catch((error: unknown) => error);
  if (!(error instanceof CliError))
    throw new Error('not refused as it should be', { cause: error });
  expect(error.message).toContain(zip);
  expect(error.message).toMatch(/download it again|get it again|unpack it|encoding dbn/);
  expect(existsSync(imports) ? readdirSync(imports) : []).toEqual([]);
  expect(readdirSync(folder).filter((name) => name !== 'import')).toEqual(['job.zip']);
  return error.message;
};

it('extracts all files of a batch job, stored or deflated, into a folder named by its sha256', async () => {
  const metadata = { name: 'metadata.json', data: '{}'.padEnd(300_000), deflate: true };
  const entries = [metadata, data, manifestOf(metadata, data)];
  const { folder: found, isNew } = await extract(...entries);
  expect([found, isNew]).toEqual([join(imports, sha256(zipOf(entries))), true]);
  const files = readdirSync(found).map((name) => [name, readFileSync(join(found, name), 'utf8')]);
  const wanted = entries.map(({ name, data }) => [name, data]);
  expect(Object.fromEntries(files)).toEqual(Object.fromEntries(wanted));
  expect(readdirSync(imports)).toHaveLength(1);
});

it('extracts the same ZIP once, and again if the files are others than they were', async () => {
  const entries = [data, manifestOf(data)];
  const { folder: found } = await extract(...entries);
  const { ino } = statSync(join(found, DATA));
  expect(await extract(...entries)).toEqual({ folder: found, isNew: false });
  expect(statSync(join(found, DATA)).ino).toBe(ino);
  for (const change of [
    () => writeFileSync(join(found, DATA), 'dato'),
    () => truncateSync(join(found, DATA), 1),
    () => rmSync(join(found, DATA)),
    () => writeFileSync(join(found, 'other.dbn'), ''),
  ]) {
    change();
    expect(await extract(...entries)).toEqual({ folder: found, isNew: true });
    expect(readFileSync(join(found, DATA), 'utf8')).toBe('data');
    expect(readdirSync(found)).toHaveLength(2);
  }
});

it('takes one folder around all files, and leaves out what macOS adds', async () => {
  const { folder: found } = await extract(
    { name: 'GLBX-20240102-ABC/', mode: 0o040755 },
    { name: `GLBX-20240102-ABC/${DATA}`, data: 'data' },
    { name: '__MACOSX/GLBX-20240102-ABC/._x', data: 'x' },
  );
  expect(readdirSync(found)).toEqual([DATA]);
});

it('removes what a killed process left, and nothing of one that lives', async () => {
  // No process has this number: Linux and macOS stop well below.
  mkdirSync(join(imports, 'a.partial-2000000000'), { recursive: true });
  mkdirSync(join(imports, `b.partial-${process.ppid}`));
  await extract(data);
  expect(readdirSync(imports).filter((name) => name.includes('partial'))).toEqual([
    `b.partial-${process.ppid}`,
  ]);
});

describe('refuses', () => {
  it.each([
    ['../evil.dbn', 'leads out of the folder'],
    ['a/../../evil.dbn', 'leads out of the folder'],
    ['/etc/evil.dbn', 'has an absolute path'],
    ['C:evil.dbn', 'has an absolute path'],
    ['C:\\evil.dbn', 'has an absolute path'],
    ['..\\evil.dbn', 'has a backslash in its name'],
    ['a//evil.dbn', 'has no proper name'],
    ['./evil.dbn', 'has no proper name'],
    ['', 'has no proper name'],
    ['evil\u0000.dbn', 'has a control character in its name'],
    [`${'x'.repeat(300)}.dbn`, 'has too long a name'],
    ['a/b/deep.dbn', 'is in a folder of its own'],
    ['a/beside.dbn', 'is in a folder of its own'],
  ])('an entry named %j', async (name, message) => {
    expect(await refusal(data, { name, data: 'x' })).toContain(message);
  });

  it.each<[string, FixtureEntry, string]>([
    ['a symbolic link', { name: 'l.dbn', data: '/etc/passwd', mode: 0o120777 }, 'is a link'],
    ['a device', { name: 'd.dbn', mode: 0o020644 }, 'is a link or a device'],
    ['an encrypted one', { name: 'e.dbn', data: 'x', flags: 1, deflate: true }, 'is encrypted'],
    ['a strongly encrypted one', { name: 'e.dbn', data: 'x', flags: 0x41 }, 'strong encryption'],
    ['another compression', { name: 'z.dbn', data: 'x', method: 93 }, 'by method 93'],
    ['a name that is there', { ...data, data: 'other' }, 'is there twice'],
    ['the same in capitals', { name: DATA.toUpperCase(), data: 'x' }, 'is there twice'],
    ['a stored size that is a lie', { name: 's.dbn', data: 'x', declaredSize: 9 }, 'damaged'],
    ['another CRC-32', { name: 'c.dbn', data: 'x', declaredCrc: 1 }, 'its CRC-32 is another'],
  ])('%s', async (_, entry, message) => {
    expect(await refusal(data, entry)).toContain(message);
  });

  it('entries that share bytes', async () => {
    const first = { name: 'a.dbn', data: new Uint8Array(10_000) };
    const second = { ...first, name: 'b.dbn', shared: true };
    expect(await refusal(first, second)).toContain('"b.dbn" overlaps another');
  });

  it('an entry that gets larger than it says, or ends before', async () => {
    const bomb = { name: 'bomb.dbn', data: new Uint8Array(8_000_000), deflate: true };
    for (const declaredSize of [100, 8_000_001]) {
      expect(await refusal(data, { ...bomb, declaredSize })).toContain('bomb.dbn is damaged');
    }
  });

  it('what is not as the manifest says', async () => {
    const manifest = manifestOf(data);
    expect(await refusal({ ...data, data: 'dato' }, manifest)).toContain(
      `${DATA} is not as manifest.json says`,
    );
    expect(await refusal({ ...data, data: 'x' }, manifest)).toContain(
      `${DATA} has 1 bytes, but 4 by manifest.json`,
    );
    const more = { name: 'more.dbn' };
    expect(await refusal(data, manifestOf(data, more))).toContain('more.dbn is missing');
    const list = { name: 'manifest.json', data: '[]' };
    expect(await refusal(data, list)).toContain('is not the manifest of a batch job');
  });

  it('a ZIP without DBN', async () => {
    expect(await refusal()).toContain('has no .dbn or .dbn.zst files, but nothing');
    const csv = { name: 'a.csv', data: 'x' };
    expect(await refusal(csv)).toContain('has no .dbn or .dbn.zst files, but a.csv');
  });

  it('a ZIP that is cut off anywhere', async () => {
    const whole = zipOf([data, manifestOf(data)]);
    for (let length = 4; length < whole.length; length++) {
      writeFileSync(zip, whole.subarray(0, length));
      await expect(extractZip(zip, imports)).rejects.toThrow('is cut off or damaged: download it');
    }
    expect(existsSync(imports)).toBe(false);
  });
});

it('leaves nothing when it is interrupted', async () => {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const entries = Array.from({ length: 2000 }, (_, n) => ({ name: `${n}.dbn`, data: 'x' }));
  writeFileSync(zip, zipOf(entries));
  for (const name of signals) {
    const before = process.listenerCount(name);
    mkdirSync(imports);
    const seen = watch(imports);
    const begun = once(seen, 'change');
    const extracted = extractZip(zip, imports);
    void begun.then(() => process.emit(name));
    await expect(extracted).rejects.toThrow('interrupted: nothing of');
    seen.close();
    expect(readdirSync(imports)).toEqual([]);
    expect(process.listenerCount(name)).toBe(before);
    rmSync(imports, { recursive: true });
  }
});

it('says why it cannot write', async () => {
  writeFileSync(imports, 'a file');
  await expect(extract(data)).rejects.toThrow(`cannot be extracted into ${imports}: EEXIST`);
});

describe('sizes', () => {
  const member = (name: string, compressedSize: number, uncompressedSize: number) =>
    ({ name, entry: { compressedSize, uncompressedSize } }) as ZipMember;
  const GB = 1e9;

  it('that no manifest lists may be a hundred times what is there', () => {
    expect(() => checkZipSizes('z', [member('a', GB, 100 * GB)], undefined, 1e15)).not.toThrow();
    expect(() => checkZipSizes('z', [member('a', GB, 101 * GB)], undefined, 1e15)).toThrow(
      'z: a would grow from 1000000000 to 101000000000 bytes',
    );
    const manifest = { files: [{ filename: 'a', size: 101 * GB, hash: '' }] };
    expect(() => checkZipSizes('z', [member('a', GB, 101 * GB)], manifest, 1e15)).not.toThrow();
  });

  it('must have room, all together', () => {
    const two = [member('a', 5, 5), member('b', 5, 5)];
    expect(() => checkZipSizes('z', two, undefined, 10)).not.toThrow();
    expect(() => checkZipSizes('z', two, undefined, 9)).toThrow('needs 10 bytes, and 9 are free');
  });
});
