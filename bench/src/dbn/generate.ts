/** A process that writes a task's files and sends their sizes. */
import { WORKLOADS } from './workloads.js';
import type { Task } from './ways.js';
import { writeInput } from './write-input.js';

const [task, records] = JSON.parse(process.argv[2] ?? '') as [Task, number];
const sizes = await writeInput(WORKLOADS[task.workload], records, task.rawFile, task.zstdFile);
process.send?.(sizes);
