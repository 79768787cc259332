/** The thread in which the inputs are decoded, so that another can tell when one takes for ever. */
import { parentPort, workerData } from 'node:worker_threads';
import { fuzz } from './fuzz.js';

/** What the thread is given. */
export interface FuzzTask {
  readonly inputs: number;
  readonly seed: number;
  /** The input being decoded, and the resident memory of a tenth of the run and of its end, MiB. */
  readonly progress: Int32Array<SharedArrayBuffer>;
}

const { inputs, seed, progress } = workerData as FuzzTask;

const residentMiB = (): number => Math.round(process.memoryUsage.rss() / 2 ** 20);

const report = await fuzz({
  inputs,
  seed,
  useRealFiles: true,
  onInput: (index) => {
    Atomics.store(progress, 0, index);
    if (index === Math.floor(inputs / 10)) progress[1] = residentMiB();
  },
});
progress[2] = residentMiB();
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- of windows, and this is a thread
parentPort?.postMessage(report);
