import { median } from '../median.js';
import type { RoundFigures } from './contestant.js';

const MIB = 1024 * 1024;

/** One way of one workload, over its rounds. */
export interface Summary {
  readonly recordsPerSecond: number;
  readonly slowest: number;
  readonly fastest: number;
  /** 10^6 uncompressed bytes. */
  readonly megabytesPerSecond: number;
  readonly peakRssMib: number;
  /** What the peak lies above the process before its first round. */
  readonly grewMib: number;
  /** On the JavaScript heap; typed arrays' bytes lie elsewhere. */
  readonly heapBytesPerRecord: number;
  readonly gcMillisecondsPerRound: number;
}

/** @param rounds at least one; @param rawBytes of the uncompressed input. */
export function summarize(rounds: readonly RoundFigures[], rawBytes: number): Summary {
  const rates = rounds.map(({ records, seconds }) => records / seconds);
  const peak = Math.max(...rounds.map(({ peakRssBytes }) => peakRssBytes));
  const of = (figure: (round: RoundFigures) => number): number => median(rounds.map(figure));
  return {
    recordsPerSecond: median(rates),
    slowest: Math.min(...rates),
    fastest: Math.max(...rates),
    megabytesPerSecond: of(({ seconds }) => rawBytes / seconds / 1e6),
    peakRssMib: peak / MIB,
    grewMib: (peak - rounds[0]!.idleRssBytes) / MIB,
    heapBytesPerRecord: of(({ heapBytes, records }) => heapBytes / records),
    gcMillisecondsPerRound: of(({ gcSeconds }) => 1000 * gcSeconds),
  };
}
