/**
 * `npm run fuzz [-- --inputs N] [--seed S] [--json]`: a million spoiled inputs through the decoder, each
 * compared with an independent reference. `--replay TEXT` decodes the one input that a failure printed.
 * Exits 0 only if the decoder did as the reference on every input, none took for ever, and memory stayed flat.
 */
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { checkDecoder } from './check-decoder.js';
import { checkStream } from './check-stream.js';
import { inputAt } from './fuzz.js';
import type { FuzzReport } from './fuzz.js';
import type { FuzzTask } from './fuzz-worker.js';
import { parseInput } from './input.js';

const HANG_MS = 30_000;
/** What memory may grow by after the first tenth of the run, when all code is compiled. */
const MAX_GROWTH_MIB = 100;

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    replay: { type: 'string' },
  },
});

if (values.replay === undefined) await run(Number(values.inputs), Number(values.seed));
else await replay(values.replay);

async function replay(text: string): Promise<void> {
  const input = parseInput(text);
  console.log(input.isStream ? await checkStream(input) : checkDecoder(input));
}

async function run(inputs: number, seed: number): Promise<void> {
  if (!(Number.isSafeInteger(inputs) && inputs > 0 && Number.isSafeInteger(seed))) {
    throw new RangeError('--inputs takes a whole number above 0, --seed a whole number');
  }
  const progress = new Int32Array(new SharedArrayBuffer(12));
  const start = performance.now();
  const report = await inWorker({ inputs, seed, progress });
  const [, early = 0, late = 0] = progress;
  const summary = {
    ...report,
    seed,
    seconds: Math.round((performance.now() - start) / 1000),
    resident_mib: { tenth: early, end: late, peak: peakMiB() },
    flat: late - early <= MAX_GROWTH_MIB,
  };
  const ok = report.failures.length === 0 && report.inputs === inputs && summary.flat;
  if (values.json) console.log(JSON.stringify({ ...summary, ok }));
  else print(summary);
  process.exitCode = ok ? 0 : 1;
}

/** @throws Error if one input is still being decoded after {@link HANG_MS}. */
async function inWorker(task: FuzzTask): Promise<FuzzReport> {
  const worker = new Worker(new URL('fuzz-worker.js', import.meta.url), { workerData: task });
  const { promise, resolve, reject } = Promise.withResolvers<FuzzReport>();
  worker.on('message', (report: FuzzReport) => resolve(report));
  worker.on('error', reject);
  let last = -1;
  const watchdog = setInterval(() => {
    const index = Atomics.load(task.progress, 0);
    if (index === last) {
      const input = inputAt({ ...task, useRealFiles: true }, index);
      reject(
        new Error(
          `input ${index} of seed ${task.seed} takes longer than ${HANG_MS} ms: --replay ${input}`,
        ),
      );
    }
    if (!values.json) process.stderr.write(`${index} of ${task.inputs}\n`);
    last = index;
  }, HANG_MS);
  try {
    return await promise;
  } finally {
    clearInterval(watchdog);
    await worker.terminate();
  }
}

function peakMiB(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

function print(
  summary: FuzzReport & { seed: number; seconds: number; resident_mib: object; flat: boolean },
): void {
  const { inputs, streams, seed, seconds, verdicts, mutations, failures } = summary;
  console.log(
    `${inputs} inputs of seed ${seed} in ${seconds} s: ${inputs - streams} decoded, ${streams} as streams`,
  );
  console.table(verdicts);
  console.table(mutations);
  console.log(
    `resident memory, MiB: ${JSON.stringify(summary.resident_mib)}${summary.flat ? '' : ': NOT FLAT'}; ` +
      `most outside the heap for one input: ${summary.mostOutside} bytes`,
  );
  for (const { index, mutations, message, replay } of failures) {
    console.log(`input ${index} (${mutations.join(', ')}): ${message}\n  --replay ${replay}`);
  }
  console.log(failures.length === 0 ? 'the decoder did as the reference' : 'FAILED');
}
