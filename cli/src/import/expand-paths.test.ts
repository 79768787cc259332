import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { expandPaths } from './expand-paths.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tapeline-import-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string): string => {
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

it('says what is no file, and what to do with a ZIP', async () => {
  await expect(expandPaths([join(folder, 'none')])).rejects.toThrow('there is no file or folder');
  await expect(expandPaths([folder])).rejects.toThrow('has no .dbn or .dbn.zst files');
  await expect(expandPaths([write('job.zip', '')])).rejects.toThrow('unpack it');
});
