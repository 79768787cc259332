import type { StypeIn } from '@tapeline/contracts';
import type { SchemaName } from '@tapeline/records';
import type { HeldTimeRange } from '../read/held-ranges.js';

/** UTC days as numbers: whole days since 1970-01-01, `[from, to)`. */
export interface DayRange {
  readonly from: number;
  readonly to: number;
}

/** Whose coverage is asked for. What is left out is not limited. */
export interface CoverageQuery {
  /** Must be given if symbols are. */
  readonly dataset: string | undefined;
  readonly schema: SchemaName | undefined;
  /** Undefined for all that is held or being fetched. */
  readonly symbols: readonly string[] | undefined;
  readonly stypeIn: StypeIn;
  /** First day; undefined for the first of which each row has anything. */
  readonly from: number | undefined;
  /** The day after the last one; undefined for the last of which each row has anything. */
  readonly to: number | undefined;
  /** Only days that Databento changed after they were bought. */
  readonly stale: boolean;
}

/**
 * What can be said of a day of an instrument.
 * - held: the whole day is covered by complete chunks
 * - held_quarantined: at least a part is held, with records that a rule refused
 * - held_partly: a part of the day is held, and no more is being fetched
 * - fetching: planned or being fetched
 * - no_session: Databento does not list the day
 * - vendor_missing: Databento lists the day as missing
 * - not_bought: Databento lists the day, nothing of it is held
 * - unknown: nothing of it is held, and whether it has a session was never asked
 */
export const COVERAGE_STATES = [
  'held',
  'held_quarantined',
  'held_partly',
  'fetching',
  'no_session',
  'vendor_missing',
  'not_bought',
  'unknown',
] as const;
export type CoverageState = (typeof COVERAGE_STATES)[number];

/** Days in a row of which the same is to be said. */
export interface CoverageRange extends DayRange {
  readonly state: CoverageState;
  /** Held, and Databento calls its data degraded. */
  readonly degraded: boolean;
  /** Held, and Databento changed it after it was bought. */
  readonly stale: boolean;
  /** Of stale days: when the last of them was changed. */
  readonly lastModified: number | null;
  /** What the symbol meant; null where nobody knows, and for ALL_SYMBOLS. */
  readonly instrumentId: number | null;
  /** The venue's symbol of the instrument as of these days, if it is known. */
  readonly rawSymbol: string | null;
  /** Records in quarantine. */
  readonly quarantined: number;
  /** The parts that are held, where some of the days are not held whole. */
  readonly parts: readonly HeldTimeRange[];
}

export interface CoverageRow {
  readonly dataset: string;
  readonly schema: SchemaName;
  readonly symbol: string;
  /** In order of time and without gaps, unless only stale days are asked for. */
  readonly ranges: readonly CoverageRange[];
}
