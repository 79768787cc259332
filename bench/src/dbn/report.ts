/** The results as text for people and as flat figures for programs. */
import { availableParallelism, cpus, totalmem } from 'node:os';
import type { WorkloadResult } from './bench-dbn.js';
import type { Summary } from './summarize.js';
import { formatTable } from './format-table.js';
import { WAY_TITLES } from './ways.js';
import type { WayName } from './ways.js';

const OURS: ReadonlySet<WayName> = new Set(['raw', 'price', 'zstd', 'encode_raw', 'encode_zstd']);
/** Ours beside the peer. */
const PAIRS: readonly (readonly [WayName, WayName])[] = [
  ['raw', 'bare_loop'],
  ['raw', 'naive'],
  ['price', 'raw'],
  ['zstd', 'zstd_alone'],
];
const HEAD = [
  '',
  'M records/s',
  'slowest–fastest',
  'MB/s',
  'peak RSS MiB',
  'grew MiB',
  'heap B/record',
  'GC ms/round',
];

const LEGEND = `heap B/record: taken from the JavaScript heap, collected since or not; the bytes of typed arrays lie outside it.
A batch takes some kilobytes for its arrays whatever its length, so little falls on each record.`;

/** A table for each workload, then the ratios of medians. */
export function describeResults(results: readonly WorkloadResult[]): string {
  return `${results.map(describeWorkload).join('\n\n')}\n\n${LEGEND}`;
}

function describeWorkload({
  workload,
  records,
  ways,
  rawBytes,
  zstdBytes,
}: WorkloadResult): string {
  const rows = [...ways].map(([way, summary]) => [WAY_TITLES[way], ...cells(summary)]);
  const ratios = ratiosOf(ways).map(
    ([way, peer, ratio]) => `  ${ratio.toFixed(2)} × ${WAY_TITLES[peer]}: ${WAY_TITLES[way]}`,
  );
  const size = `${megabytes(rawBytes)} MB, ${megabytes(zstdBytes)} MB as zstd`;
  return [`${workload}: ${records} records, ${size}`, formatTable([HEAD, ...rows]), ...ratios].join(
    '\n',
  );
}

const cells = (summary: Summary): string[] => [
  millions(summary.recordsPerSecond),
  `${millions(summary.slowest)}–${millions(summary.fastest)}`,
  summary.megabytesPerSecond.toFixed(0),
  summary.peakRssMib.toFixed(0),
  summary.grewMib.toFixed(0),
  summary.heapBytesPerRecord.toFixed(2),
  summary.gcMillisecondsPerRound.toFixed(1),
];

const millions = (value: number): string => (value / 1e6).toFixed(value < 10e6 ? 2 : 1);
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

function ratiosOf(ways: ReadonlyMap<WayName, Summary>): [WayName, WayName, number][] {
  return PAIRS.flatMap(([way, peer]): [WayName, WayName, number][] => {
    const [ours, theirs] = [ways.get(way), ways.get(peer)];
    return ours && theirs ? [[way, peer, ours.recordsPerSecond / theirs.recordsPerSecond]] : [];
  });
}

/**
 * Flat figures named `trades_raw_records_per_s`, `mbp10_zstd_grew_mib`, `encode_trades_raw_…`;
 * `peak_rss_mib` is the largest of all ways of ours.
 */
export function jsonResults(
  results: readonly WorkloadResult[],
  rounds: number,
): Record<string, string | number> {
  const figures: Record<string, string | number> = {};
  let peak = 0;
  for (const { workload, records, ways, rawBytes, zstdBytes } of results) {
    figures[`${workload}_records`] = records;
    figures[`${workload}_raw_bytes`] = rawBytes;
    figures[`${workload}_zstd_bytes`] = zstdBytes;
    for (const [way, summary] of ways) {
      Object.assign(figures, figuresOf(prefixOf(workload, way), summary));
      if (OURS.has(way)) peak = Math.max(peak, summary.peakRssMib);
    }
    for (const [way, peer, ratio] of ratiosOf(ways)) {
      figures[`${workload}_${way}_ratio_to_${peer}`] = round(ratio, 3);
    }
  }
  return {
    ...figures,
    peak_rss_mib: round(peak, 1),
    rounds,
    node: process.version,
    cpus: availableParallelism(),
    cpu_model: cpus()[0]?.model ?? 'unknown',
    memory_mib: Math.round(totalmem() / 1024 / 1024),
  };
}

const prefixOf = (workload: string, way: WayName): string =>
  way.startsWith('encode_')
    ? `encode_${workload}_${way.slice('encode_'.length)}`
    : `${workload}_${way}`;

const figuresOf = (prefix: string, summary: Summary): Record<string, number> => ({
  [`${prefix}_records_per_s`]: Math.round(summary.recordsPerSecond),
  [`${prefix}_slowest_records_per_s`]: Math.round(summary.slowest),
  [`${prefix}_fastest_records_per_s`]: Math.round(summary.fastest),
  [`${prefix}_mb_per_s`]: round(summary.megabytesPerSecond, 1),
  [`${prefix}_peak_rss_mib`]: round(summary.peakRssMib, 1),
  [`${prefix}_grew_mib`]: round(summary.grewMib, 1),
  [`${prefix}_heap_bytes_per_record`]: round(summary.heapBytesPerRecord, 3),
  [`${prefix}_gc_ms_per_round`]: round(summary.gcMillisecondsPerRound, 1),
});

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
