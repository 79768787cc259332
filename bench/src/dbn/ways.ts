/** What is measured, by name: ours, and the peers that are possible in Node. */
import { loopOverWords } from './bare-loop.js';
import { decodeColumns, decodePrice } from './decode-columns.js';
import { decodeZstd } from './decode-zstd.js';
import { encode, encodeZstd } from './encode.js';
import { inflateOnly } from './inflate-only.js';
import type { Meter } from './meter.js';
import { decodeNaively } from './naive-decoder.js';
import type { WorkloadName } from './workloads.js';

export interface Task {
  readonly workload: WorkloadName;
  readonly rawFile: string;
  readonly zstdFile: string;
}

export interface Outcome {
  readonly records: number;
  /** Of the last record, if it was decoded: what all ways must agree on. */
  readonly lastTsEvent?: bigint | undefined;
}

export type Way = (task: Task, meter: Meter) => Outcome | Promise<Outcome>;

export const WAYS = {
  raw: decodeColumns,
  price: decodePrice,
  bare_loop: loopOverWords,
  naive: decodeNaively,
  zstd: decodeZstd,
  zstd_alone: inflateOnly,
  encode_raw: encode,
  encode_zstd: encodeZstd,
} satisfies Record<string, Way>;

export type WayName = keyof typeof WAYS;

export const WAY_TITLES: Readonly<Record<WayName, string>> = {
  raw: 'to columns',
  price: 'one column only',
  bare_loop: 'peer: bare loop over words (upper bound)',
  naive: 'peer: an object and BigInts per record',
  zstd: 'zstd to columns',
  zstd_alone: 'peer: zstd alone, not decoded (upper bound)',
  encode_raw: 'columns to records',
  encode_zstd: 'columns to zstd',
};
