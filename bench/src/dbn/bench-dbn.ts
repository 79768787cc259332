/**
 * Decoding and encoding DBN against what is possible in Node, in the same run: the ways of a workload take
 * turns, each in a process of its own, over the same generated files. Making and reading those is not timed.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RoundFigures } from './contestant.js';
import { generateFiles } from './generate-files.js';
import type { FileSizes } from './generate-files.js';
import { startContestant } from './start-contestant.js';
import { summarize } from './summarize.js';
import type { Summary } from './summarize.js';
import type { Task, WayName } from './ways.js';
import { WORKLOAD_NAMES, WORKLOADS } from './workloads.js';
import type { WorkloadName } from './workloads.js';

const WAYS_OF_ALL: readonly WayName[] = ['raw', 'zstd', 'zstd_alone', 'encode_raw', 'encode_zstd'];
const WAYS_OF_TRADES: readonly WayName[] = [
  'raw',
  'price',
  'bare_loop',
  'naive',
  ...WAYS_OF_ALL.slice(1),
];

export interface WorkloadResult extends FileSizes {
  readonly workload: WorkloadName;
  readonly records: number;
  readonly ways: ReadonlyMap<WayName, Summary>;
}

/**
 * @param trades how many; other workloads are fractions of that.
 * @param rounds counted ones, after one that is not.
 */
export async function benchDbn(trades: number, rounds: number): Promise<WorkloadResult[]> {
  const folder = fileURLToPath(new URL('../../../.tapeline/bench-dbn/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  try {
    const results: WorkloadResult[] = [];
    for (const workload of WORKLOAD_NAMES) {
      const files = join(folder, `${workload}.dbn`);
      const task = { workload, rawFile: files, zstdFile: `${files}.zst` };
      const records = Math.max(1, Math.round(trades * WORKLOADS[workload].share));
      say(`${workload}: making ${records} records`);
      const sizes = await generateFiles(task, records);
      const ways = await runRounds(task, records, rounds, sizes);
      results.push({ workload, records, ...sizes, ways });
      rmSync(task.rawFile);
      rmSync(task.zstdFile);
    }
    return results;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runRounds(
  task: Task,
  records: number,
  rounds: number,
  { rawBytes }: FileSizes,
): Promise<Map<WayName, Summary>> {
  const names = task.workload === 'trades' ? WAYS_OF_TRADES : WAYS_OF_ALL;
  const contestants = names.map((name) => ({
    name,
    process: startContestant(name, task),
    figures: [] as RoundFigures[],
  }));
  try {
    for (let round = 0; round <= rounds; round++) {
      say(`${task.workload}: ${round === 0 ? 'warming up' : `round ${round} of ${rounds}`}`);
      for (const { process, figures } of contestants) {
        const result = await process.runRound();
        if (round > 0) figures.push(result);
      }
    }
  } finally {
    await Promise.all(contestants.map(({ process }) => process.stop()));
  }
  requireAgreement(
    task,
    records,
    contestants.flatMap(({ figures }) => figures),
  );
  return new Map(contestants.map(({ name, figures }) => [name, summarize(figures, rawBytes)]));
}

/** A way that loses records, or reads other ones, is no faster than the rest. */
function requireAgreement(task: Task, records: number, all: readonly RoundFigures[]): void {
  const ends = new Set(all.flatMap(({ lastTsEvent }) => lastTsEvent ?? []));
  if (ends.size !== 1 || all.some((figures) => figures.records !== records)) {
    const counts = all.map((figures) => figures.records).join(', ');
    throw new Error(
      `${task.workload}: ${records} records were made, the ways read ${counts}, the last at ${[...ends].join(', ')}`,
    );
  }
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);
