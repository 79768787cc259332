/** What the gateway says of some days in a row; dates are `[start, end)`. */
export interface CoverageRange {
  readonly start: string;
  readonly end: string;
  readonly state:
    | 'held'
    | 'held_quarantined'
    | 'held_partly'
    | 'fetching'
    | 'no_session'
    | 'vendor_missing'
    | 'not_bought'
    | 'unknown';
  readonly degraded: boolean;
  readonly stale: boolean;
  /** Of stale days: the date on which Databento last changed one of them. */
  readonly last_modified_date: string | null;
  readonly instrument_id: number | null;
  /** What the venue called the instrument on these days. */
  readonly raw_symbol: string | null;
  /** Records in quarantine. */
  readonly quarantined: number;
  /** The parts that are held, where a day is not held whole. */
  readonly held: readonly { readonly start: string; readonly end: string }[];
}

export interface CoverageRow {
  readonly dataset: string;
  readonly schema: string;
  readonly symbol: string;
  readonly start: string;
  readonly end: string;
  /** Days by state. */
  readonly days: Readonly<Partial<Record<CoverageRange['state'], number>>>;
  readonly stale_days: number;
  readonly ranges: readonly CoverageRange[];
}

/** The answer of `GET /v1/coverage`. */
export interface CoverageAnswer {
  readonly rows: readonly CoverageRow[];
  readonly nothing_held: readonly string[];
  readonly left_off: number;
}
