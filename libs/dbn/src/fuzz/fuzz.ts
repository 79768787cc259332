import { getHeapStatistics } from 'node:v8';
import { seededRandom } from '../testdata.js';
import { checkDecoder } from './check-decoder.js';
import type { Verdict } from './check-decoder.js';
import { checkStream } from './check-stream.js';
import { pick } from './draw.js';
import type { Random } from './draw.js';
import { formatInput } from './input.js';
import type { FuzzInput } from './input.js';
import { inFrames, makeCorpus, realFiles } from './make-corpus.js';
import type { Seed } from './make-corpus.js';
import { mutate } from './mutate.js';

export interface FuzzOptions {
  readonly inputs: number;
  readonly seed: number;
  /** Whether the files of the test data are spoiled too; without them each run is the same everywhere. */
  readonly useRealFiles?: boolean;
  /** Called before each input, so that somebody else can see where it hangs. */
  readonly onInput?: (index: number) => void;
}

export interface FuzzFailureReport {
  readonly index: number;
  readonly mutations: readonly string[];
  readonly message: string;
  /** The input, for `--replay`. */
  readonly replay: string;
}

/** Counts of what became of the inputs. */
export interface FuzzReport {
  inputs: number;
  /** Inputs read as a stream; the others were pushed into a decoder. */
  streams: number;
  /** By verdict: accepted, or the code of the refusal. */
  readonly verdicts: Partial<Record<Verdict, number>>;
  /** By mutation, those of several counting for each. */
  readonly mutations: Record<string, { accepted: number; refused: number }>;
  readonly failures: FuzzFailureReport[];
  /** Most bytes outside the heap that the decoder's work on one input left, and of its bytes. */
  mostOutside: number;
}

const STREAM_SHARE = 0.05;
const MAX_FAILURES = 10;
/** Inputs are small, and so must be all that is allocated for one. */
const MAX_OUTSIDE_BYTES = 256 * 1024;
const OUTSIDE_PER_BYTE = 64;

/**
 * Spoils small sound inputs at random and compares the decoder with the reference on each. The same seed gives
 * the same inputs. Stops after ten failures.
 */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const seeds = seedsOf(options);
  const report: FuzzReport = {
    inputs: 0,
    streams: 0,
    verdicts: {},
    mutations: {},
    failures: [],
    mostOutside: 0,
  };
  for (let index = 0; index < options.inputs; index++) {
    options.onInput?.(index);
    const { input, names } = makeInput(seeds, options.seed, index);
    let verdict: Verdict | undefined;
    try {
      verdict = input.isStream ? await checkStream(input) : checkBounded(input, report);
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      report.failures.push({ index, mutations: names, message, replay: formatInput(input) });
      if (report.failures.length === MAX_FAILURES) break;
    }
    if (verdict) count(report, input, names, verdict);
  }
  return report;
}

/** The input of a run at a position, for `--replay`, where the run itself can no longer tell. */
export const inputAt = (options: FuzzOptions, index: number): string =>
  formatInput(makeInput(seedsOf(options), options.seed, index).input);

interface Seeds {
  readonly all: readonly Seed[];
  readonly plain: readonly Seed[];
  readonly zstd: readonly Seed[];
}

function seedsOf({ seed, useRealFiles }: FuzzOptions): Seeds {
  const all = makeCorpus(seededRandom(seed));
  if (useRealFiles) all.push(...realFiles());
  return {
    all,
    plain: all.filter(({ isZstd }) => !isZstd),
    zstd: all.filter(({ isZstd }) => isZstd),
  };
}

function makeInput(
  seeds: Seeds,
  runSeed: number,
  index: number,
): { input: FuzzInput; names: string[] } {
  const seed = Math.imul(runSeed, 0x9e37_79b1) + index;
  const random = seededRandom(seed);
  const isStream = random() < STREAM_SHARE;
  const isZstd = isStream && random() < 0.7;
  const chosen = pick(random, isZstd ? seeds.zstd : seeds.plain);
  const { bytes, names } = mutate(chosen, random, seeds.all);
  const { fragment } = chosen;
  // Of what is sound zstd of spoiled DBN, decompression cannot see the fault.
  const isPacked = isStream && !isZstd && random() < 0.5;
  const packed = isPacked ? inFrames(random, [...halves(bytes, random)]) : bytes;
  return { input: { bytes: packed, fragment, isStream, seed: seed | 0 }, names };
}

function* halves(bytes: Uint8Array, random: Random): Generator<Uint8Array> {
  const at = Math.floor(random() * bytes.length);
  yield bytes.subarray(0, at);
  yield bytes.subarray(at);
}

/** Not of streams: zstd allocates by itself, up to the 128 MiB that it allows for a window. */
function checkBounded(input: FuzzInput, report: FuzzReport): Verdict {
  const before = getHeapStatistics().external_memory;
  const verdict = checkDecoder(input);
  const outside = getHeapStatistics().external_memory - before;
  report.mostOutside = Math.max(report.mostOutside, outside);
  const most = MAX_OUTSIDE_BYTES + OUTSIDE_PER_BYTE * input.bytes.length;
  if (outside > most) {
    throw new Error(`${outside} bytes were allocated for an input of ${input.bytes.length}`);
  }
  return verdict;
}

function count(
  report: FuzzReport,
  input: FuzzInput,
  names: readonly string[],
  verdict: Verdict,
): void {
  report.inputs++;
  if (input.isStream) report.streams++;
  report.verdicts[verdict] = (report.verdicts[verdict] ?? 0) + 1;
  for (const name of new Set(names)) {
    const counts = (report.mutations[name] ??= { accepted: 0, refused: 0 });
    counts[verdict === 'accepted' ? 'accepted' : 'refused']++;
  }
}
