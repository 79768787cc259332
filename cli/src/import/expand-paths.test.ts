import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { expandPaths as expand } from './expand-paths.js';
import { extractZip } from './extract-zip.js';
import { zipOf } from './zip-fixture.js';

let folder: string;
let told: string[];
const expandPaths = (paths: readonly string[]): Promise<string[]> =>
  expand(paths, {
    extract: async (zip) => (await extractZip(zip, join(folder, 'import'))).folder,
    tell: (line) => told.push(line),
  });
beforeEach(() => {
  told = [];
  folder = mkdtempSync(join(tmpdir(), 'tapeline-import-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string | Uint8Array): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const entry = (filename: string, text: string) => ({
  filename,
  size: text.length,
  hash: `sha256:${createHash('sha256').update(text).digest('hex')}`,
});

it('takes files as they are, and of folders the DBN files, each once', async () => {
  const b = write('b.dbn', 'b');
  const a = write('a.dbn.zst', 'a');
  const other = write('notes.txt', 'x');
  expect(await expandPaths([folder, b])).toEqual([a, b]);
  expect(await expandPaths([other])).toEqual([other]);
});

it('takes a batch job whose files are as its manifest says, and no other', async () => {
  const data = write('glbx-mdp3-20240701.trades.dbn.zst', 'data');
  write('metadata.json', '{}');
  const files = [entry('glbx-mdp3-20240701.trades.dbn.zst', 'data'), entry('metadata.json', '{}')];
  write('manifest.json', JSON.stringify({ job_id: 'j', files }));
  expect(await expandPaths([folder])).toEqual([data]);
  write('glbx-mdp3-20240701.trades.dbn.zst', 'dato');
  await expect(expandPaths([folder])).rejects.toThrow(`${data} is not as manifest.json says`);
  rmSync(data);
  await expect(expandPaths([folder])).rejects.toThrow('is missing, though manifest.json lists it');
  write('manifest.json', '[]');
  await expect(expandPaths([folder])).rejects.toThrow('is not the manifest of a batch job');
});

it('says what is no file', async () => {
  await expect(expandPaths([join(folder, 'none')])).rejects.toThrow('there is no file or folder');
  await expect(expandPaths([folder])).rejects.toThrow('has no .dbn or .dbn.zst files');
});

const twoDays = zipOf([
  { name: 'x-20240103.trades.dbn', data: 'b' },
  { name: 'metadata.json', data: '{}' },
  { name: 'x-20240102.trades.dbn', data: 'a', deflate: true },
]);

it.each(['job.zip', 'job', 'job.dbn'])('takes a ZIP by its content: %s', async (name) => {
  const files = await expandPaths([write(name, twoDays)]);
  expect(files.map((file) => basename(file))).toEqual([
    'x-20240102.trades.dbn',
    'x-20240103.trades.dbn',
  ]);
  expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(['a', 'b']);
});

it('takes nothing else for a ZIP, whatever its name is', async () => {
  for (const text of ['', 'PK', 'DBN\u0003']) {
    const path = write('job.ZIP', text);
    await expect(expandPaths([path])).rejects.toThrow(`${path} is no ZIP, though its name says so`);
  }
});

it('leaves out the ZIPs in a folder, and says so', async () => {
  const zip = write('job.zip', twoDays);
  await expect(expandPaths([folder])).rejects.toThrow(
    `name its ZIPs to ingest them: ${folder}/*.zip`,
  );
  const a = write('a.dbn', 'a');
  expect(await expandPaths([folder])).toEqual([a]);
  expect(told).toEqual([`${zip} is left out: name it to ingest it, too`]);
});
