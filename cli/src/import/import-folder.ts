import { mkdir, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { processStart } from '@tapeline/embedded';

const USES = '.uses';
const RUN = /^run-(\d+)$/;
const JOB = /^job-(.+)$/;

/** How far a job is, of which the files of an extraction are needed until it is right. */
export type JobProgress = 'moving' | 'right' | 'wrong';

const usesOf = (extraction: string): string => `${extraction}${USES}`;
const runFile = (extraction: string): string => join(usesOf(extraction), `run-${process.pid}`);

/** Notes that this process is about to use an extraction: nobody else deletes it while the process lives. */
export async function noteRun(extraction: string): Promise<void> {
  await mkdir(usesOf(extraction), { recursive: true });
  await writeFile(runFile(extraction), processStart(process.pid) ?? '');
}

/** Notes that a job reads a file of an extraction, before the job is submitted. */
export const noteJob = (file: string, jobId: string): Promise<void> =>
  writeFile(join(usesOf(dirname(file)), `job-${jobId}`), basename(file));

/** This process uses the extraction no longer; its jobs may. */
export const endRun = (extraction: string): Promise<void> =>
  rm(runFile(extraction), { force: true });

/**
 * Deletes the extractions that nobody needs any more: of which no process that lives makes use, no job moves, and
 * each file that a job was to read has been ingested by one.
 * @param progress of a job; one of which nothing is known yet moves.
 * @returns paths of the deleted ones. What is still needed stays.
 */
export async function removeUnused(
  importFolder: string,
  progress: (jobId: string) => Promise<JobProgress>,
): Promise<string[]> {
  const removed: string[] = [];
  for (const name of await readdir(importFolder).catch((): string[] => [])) {
    if (!name.endsWith(USES)) continue;
    const extraction = join(importFolder, name.slice(0, -USES.length));
    if (await isUsed(extraction, progress)) continue;
    await rm(extraction, { recursive: true, force: true });
    await rm(usesOf(extraction), { recursive: true, force: true });
    removed.push(extraction);
  }
  // Empty it goes, too.
  await rmdir(importFolder).catch(() => undefined);
  return removed;
}

async function isUsed(
  extraction: string,
  progress: (jobId: string) => Promise<JobProgress>,
): Promise<boolean> {
  const wanted = new Set<string>();
  const ingested = new Set<string>();
  for (const use of await readdir(usesOf(extraction))) {
    const path = join(usesOf(extraction), use);
    const pid = RUN.exec(use)?.[1];
    if (pid !== undefined && processStart(Number(pid)) === (await readFile(path, 'utf8'))) {
      return true;
    }
    const jobId = JOB.exec(use)?.[1];
    if (jobId === undefined) continue;
    const state = await progress(jobId);
    if (state === 'moving') return true;
    (state === 'right' ? ingested : wanted).add(await readFile(path, 'utf8'));
  }
  return !wanted.isSubsetOf(ingested);
}
