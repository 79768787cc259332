/** What the API serves from: DBN files or a synthetic market. */
import type { Dataset, DateCondition, TimeRange } from '@tapeline/historical-api';
import type { DbnVersion, SchemaDescription } from '@tapeline/records';

export type { Dataset, DateCondition, TimeRange } from '@tapeline/historical-api';

/** A raw symbol and its instrument on the UTC dates `[from, to)`. */
export interface Listing {
  readonly rawSymbol: string;
  readonly instrumentId: number;
  /** Such as `ES.FUT`; null where the source knows of none. */
  readonly parent: string | null;
  readonly from: string;
  readonly to: string;
}

/** A continuous symbol and what it stands for on the UTC dates `[from, to)`. */
export interface Alias {
  readonly instrumentId: number;
  readonly from: string;
  readonly to: string;
}

/** Which symbol means what, when. */
export interface Directory {
  readonly listings: readonly Listing[];
  /** What a continuous symbol stands for, in order of time; empty if nothing. */
  aliases(symbol: string): readonly Alias[];
}

/** Records of one schema; those of instruments only during their spans, or of all instruments. */
export interface RecordQuery extends TimeRange {
  readonly dataset: string;
  readonly schema: SchemaDescription;
  readonly selection: ReadonlyMap<number, readonly TimeRange[]> | null;
}

/** Consecutive encoded records. */
export interface RecordPart {
  readonly bytes: Uint8Array;
  readonly count: number;
  /** Index timestamp of the first. */
  readonly start: bigint;
}

export interface MarketSource {
  readonly datasets: readonly Dataset[];
  /** All dates with a session, in order. */
  conditions(dataset: string): readonly DateCondition[];
  directory(dataset: string): Directory;
  /** DBN version in which the records of a query are sent. */
  versionOf(query: RecordQuery): DbnVersion;
  count(query: RecordQuery): Promise<number>;
  /** Records ordered by index timestamp, produced no faster than they are taken. */
  records(query: RecordQuery): AsyncGenerator<RecordPart>;
  /** The same market with other records; each number above 0 gives others, and always the same ones. */
  revised(revision: number): MarketSource;
}
