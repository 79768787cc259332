import { SCHEMAS } from '@tapeline/records';
import type { ColumnarBatch, DbnVersion, SchemaDescription } from '@tapeline/records';
import { fillBars } from './fill-bars.js';
import { fillDefinitions } from './fill-definitions.js';
import { fillMbp10 } from './fill-mbp-10.js';
import { fillTrades } from './fill-trades.js';

/** Fills a zeroed batch with the next records of its market. */
export type Fill = (batch: ColumnarBatch) => void;

export interface Workload {
  /** Begins the names of its figures. */
  readonly name: WorkloadName;
  readonly schema: SchemaDescription;
  /** Historical servers send version 1, so definitions are upgraded, and records begin unaligned. */
  readonly version: DbnVersion;
  /** Records for each trade that was asked for. */
  readonly share: number;
  readonly createFill: () => Fill;
}

export const WORKLOAD_NAMES = ['trades', 'mbp10', 'ohlcv', 'definition'] as const;
export type WorkloadName = (typeof WORKLOAD_NAMES)[number];

export const WORKLOADS: Readonly<Record<WorkloadName, Workload>> = {
  trades: {
    name: 'trades',
    schema: SCHEMAS.trades,
    version: 1,
    share: 1,
    createFill: fillTrades,
  },
  mbp10: {
    name: 'mbp10',
    schema: SCHEMAS['mbp-10'],
    version: 1,
    share: 0.1,
    createFill: fillMbp10,
  },
  ohlcv: {
    name: 'ohlcv',
    schema: SCHEMAS['ohlcv-1m'],
    version: 1,
    share: 0.4,
    createFill: fillBars,
  },
  definition: {
    name: 'definition',
    schema: SCHEMAS.definition,
    version: 1,
    share: 0.03,
    createFill: fillDefinitions,
  },
};
