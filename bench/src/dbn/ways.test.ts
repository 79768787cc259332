import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Meter } from './meter.js';
import { WAYS } from './ways.js';
import type { Task, Way, WayName } from './ways.js';
import { WORKLOAD_NAMES, WORKLOADS } from './workloads.js';
import { writeInput } from './write-input.js';

/** More than a piece of each kind of record, less than a slab. */
const RECORDS = 7001;
/** The only ones that know other records than trades. */
const GENERAL: readonly WayName[] = ['raw', 'zstd', 'encode_raw', 'encode_zstd'];

let folder: string;
const taskOf = (workload: Task['workload'], name: string): Task => ({
  workload,
  rawFile: join(folder, `${name}.dbn`),
  zstdFile: join(folder, `${name}.dbn.zst`),
});
const write = (task: Task) =>
  writeInput(WORKLOADS[task.workload], RECORDS, task.rawFile, task.zstdFile);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tapeline-bench-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it.each(WORKLOAD_NAMES)('makes the same %s each time, and the same in both files', async (name) => {
  const first = taskOf(name, `${name}-first`);
  const second = taskOf(name, `${name}-second`);
  const sizes = await write(first);
  await write(second);
  const raw = readFileSync(first.rawFile);
  expect(raw.equals(readFileSync(second.rawFile))).toBe(true);
  expect(raw.equals(zstdDecompressSync(readFileSync(first.zstdFile)))).toBe(true);
  expect(sizes.rawBytes).toBe(raw.length);
});

it.each(WORKLOAD_NAMES)('all ways read the same records of %s', async (name) => {
  const task = taskOf(name, name);
  await write(task);
  const bytes = readFileSync(task.rawFile);
  const { schema, version } = WORKLOADS[name];
  const lastTsEvent = bytes.readBigUInt64LE(bytes.length - schema.recordSize[version] + 8);
  const names = name === 'trades' ? (Object.keys(WAYS) as WayName[]) : [...GENERAL, 'zstd_alone'];
  for (const wayName of names as WayName[]) {
    const meter = new Meter();
    const way: Way = WAYS[wayName];
    const outcome = await way(task, meter);
    const decodes = wayName !== 'price' && wayName !== 'zstd_alone';
    expect({ wayName, ...outcome, lastTsEvent: outcome.lastTsEvent }).toEqual({
      wayName,
      records: RECORDS,
      lastTsEvent: decodes ? lastTsEvent : undefined,
    });
    expect(meter.seconds).toBeGreaterThan(0);
  }
});
