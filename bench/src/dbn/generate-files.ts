import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Task } from './ways.js';

export interface FileSizes {
  readonly rawBytes: number;
  readonly zstdBytes: number;
}

/** Writes a task's files, in a process of its own, and says how many bytes each has. */
export async function generateFiles(task: Task, records: number): Promise<FileSizes> {
  const child = fork(new URL('./generate.js', import.meta.url), [JSON.stringify([task, records])]);
  const exited = once(child, 'exit');
  const failed = exited.then(([code]) => {
    throw new Error(`making ${task.workload} ended with code ${String(code)}`);
  });
  failed.catch(() => undefined);
  const [sizes] = (await Promise.race([once(child, 'message'), failed])) as [FileSizes];
  await exited;
  return sizes;
}
