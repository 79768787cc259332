import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { makeTemporaryFolder } from '@tapeline/testing';
import { endRun, noteJob, noteRun, removeUnused } from './import-folder.js';
import type { JobProgress } from './import-folder.js';

let folder: string;
let extraction: string;
beforeEach(() => {
  folder = makeTemporaryFolder('import');
  extraction = join(folder, 'import', 'a1');
  mkdirSync(extraction, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

const remove = (jobs: Record<string, JobProgress> = {}): Promise<string[]> =>
  removeUnused(join(folder, 'import'), (jobId) => Promise.resolve(jobs[jobId] ?? 'moving'));

it('keeps an extraction while a run uses it, then while a job of it moves', async () => {
  await noteRun(extraction);
  await noteJob(join(extraction, 'x.dbn'), 'j1');
  expect(await remove({ j1: 'right' })).toEqual([]);
  await endRun(extraction);
  expect(await remove()).toEqual([]);
  expect(await remove({ j1: 'moving' })).toEqual([]);
  expect(existsSync(extraction)).toBe(true);
  expect(await remove({ j1: 'right' })).toEqual([extraction]);
  expect(readdirSync(folder)).toEqual([]);
});

it('keeps it after a job that failed, until another has ingested the same file', async () => {
  await noteRun(extraction);
  await noteJob(join(extraction, 'x.dbn'), 'j1');
  await noteJob(join(extraction, 'y.dbn'), 'j2');
  await endRun(extraction);
  expect(await remove({ j1: 'wrong', j2: 'right' })).toEqual([]);
  await noteJob(join(extraction, 'x.dbn'), 'j3');
  expect(await remove({ j1: 'wrong', j2: 'right', j3: 'moving' })).toEqual([]);
  expect(await remove({ j1: 'wrong', j2: 'right', j3: 'right' })).toEqual([extraction]);
});

it('does not wait for a run that was killed, nor for another process of its number', async () => {
  await noteRun(extraction);
  await endRun(extraction);
  writeFileSync(join(`${extraction}.uses`, 'run-2000000000'), 'long ago');
  writeFileSync(join(`${extraction}.uses`, `run-${process.pid}`), 'another start');
  expect(await remove()).toEqual([extraction]);
});

it('leaves alone what it has no note of', async () => {
  expect(await remove()).toEqual([]);
  expect(existsSync(extraction)).toBe(true);
  expect(await removeUnused(join(folder, 'none'), () => Promise.resolve('right'))).toEqual([]);
});
