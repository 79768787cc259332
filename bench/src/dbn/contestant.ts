/** A process that runs one way of one task, a round for every message, and answers with its figures. */
import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Meter } from './meter.js';
import { WAYS } from './ways.js';
import type { Task, WayName } from './ways.js';

export interface RoundFigures {
  readonly records: number;
  readonly lastTsEvent: string | undefined;
  readonly seconds: number;
  readonly heapBytes: number;
  readonly gcSeconds: number;
  /** Of the process since its start. */
  readonly peakRssBytes: number;
  /** Before the first round. */
  readonly idleRssBytes: number;
}

const [way, task] = JSON.parse(process.argv[2] ?? '') as [WayName, Task];
const idleRssBytes = process.memoryUsage.rss();
let gcSeconds = 0;
const observer = new PerformanceObserver((list) => add(list.getEntries()));
observer.observe({ entryTypes: ['gc'] });

process.on('message', () => {
  void runRound().then((figures) => process.send?.(figures));
});

async function runRound(): Promise<RoundFigures> {
  gcSeconds = 0;
  const meter = new Meter();
  const { records, lastTsEvent } = await WAYS[way](task, meter);
  await nextTurn();
  add(observer.takeRecords());
  return {
    records,
    lastTsEvent: lastTsEvent?.toString(),
    seconds: meter.seconds,
    heapBytes: meter.heapBytes,
    gcSeconds,
    peakRssBytes: 1024 * process.resourceUsage().maxRSS,
    idleRssBytes,
  };
}

function add(entries: readonly { readonly duration: number }[]): void {
  for (const { duration } of entries) gcSeconds += duration / 1000;
}
