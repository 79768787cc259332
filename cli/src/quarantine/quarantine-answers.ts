/** What the gateway says of refused records and findings. */
import type { QuarantinedRecord, QuarantineStats } from '@tapeline/storage';

export interface ShownRecord extends QuarantinedRecord {
  readonly decimals: Readonly<Record<string, string>>;
  readonly times: Readonly<Record<string, string>>;
}

export interface RefusedPage {
  readonly records: readonly QuarantinedRecord[];
  readonly next_cursor: string | null;
}

export interface RefusedStats extends QuarantineStats {
  readonly by: string;
}

export interface Finding {
  readonly dataset: string;
  readonly schema: string;
  readonly chunk_id: string;
  readonly check: string;
  readonly severity: string;
  readonly instrument_id: number | null;
  readonly start: string;
  readonly message: string;
}
