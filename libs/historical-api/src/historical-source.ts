import type { SchemaName } from '@tapeline/records';
import type { RangeRequest } from './range-request.js';
import type { Resolution, SymbolsRequest } from './symbols.js';

/** Times in ns since epoch, the end exclusive. */
export interface TimeRange {
  readonly start: bigint;
  readonly end: bigint;
}

export interface Dataset {
  readonly name: string;
  readonly publishers: readonly {
    readonly id: number;
    readonly venue: string;
    readonly description: string;
  }[];
  readonly range: TimeRange;
  readonly schemas: ReadonlyMap<SchemaName, TimeRange>;
}

/** Quality of the data of one UTC date that has a session. */
export interface DateCondition {
  readonly date: string;
  readonly condition: 'available' | 'degraded' | 'pending' | 'missing';
  /** UTC date of the last change, null if that is not known; by default the date itself. */
  readonly lastModified?: string | null;
}

/** What a range has, without its metadata. */
export interface RangeSize {
  readonly records: number;
  readonly recordBytes: number;
}

/** What the calls about data, other than those that send records, are answered from. */
export interface HistoricalSource {
  datasets(): Promise<readonly Dataset[]>;
  /** All dates with a session, in order. */
  conditions(dataset: string): Promise<readonly DateCondition[]>;
  /** @throws ApiError for what is malformed, or not offered. */
  resolve(dataset: string, request: SymbolsRequest): Promise<Resolution>;
  /** @throws ApiError for what get_range would refuse. */
  measure(request: RangeRequest): Promise<RangeSize>;
  /** US dollars for 2^30 bytes of uncompressed records. */
  unitPrice(schema: SchemaName): number;
}
