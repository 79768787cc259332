/** What the gateway says of refused records, replays and findings. */

export interface RefusedRecord {
  readonly id: string;
  readonly state: string;
  readonly severity: string;
  readonly dataset: string;
  readonly schema: string;
  readonly instrument_id: number;
  readonly symbol: string | null;
  /** Index timestamp, ns since epoch. */
  readonly ts_ns: string | null;
  readonly rule: string;
  readonly reason: string;
  readonly job_id: string;
  readonly chunk_id: string;
  readonly batch_id: string;
  readonly ordinal: string;
  readonly rules_version: string;
  readonly refused_at: string;
  readonly resolved_at: string | null;
  readonly replay_id: string | null;
  /** 64-bit integers as text, prices in units of 1e-9. */
  readonly record: Readonly<Record<string, string | number | null>>;
}

export interface ShownRecord extends RefusedRecord {
  readonly decimals: Readonly<Record<string, string>>;
  readonly times: Readonly<Record<string, string>>;
}

export interface RefusedPage {
  readonly records: readonly RefusedRecord[];
  readonly next_cursor: string | null;
}

export interface RefusedGroup {
  readonly key: string;
  readonly symbol?: string | null;
  readonly records: number;
  readonly open: number;
  readonly replayed: number;
  readonly filtered: number;
  readonly discarded: number;
  readonly superseded: number;
  readonly last_refused_at: string;
  readonly example: string;
}

export interface RefusedStats {
  readonly by: string;
  readonly groups: readonly RefusedGroup[];
  readonly records: number;
  readonly open: number;
}

export interface Replay {
  readonly replay_id: string;
  readonly command: { readonly source: 'quarantine' | 'archive'; readonly filter: object };
  readonly dry_run: boolean;
  readonly state: 'running' | 'completed' | 'failed';
  readonly message: string | null;
  readonly selected: number;
  readonly stored: number;
  readonly quarantined: number;
  readonly filtered: number;
  readonly accepted_at: string;
  readonly ended_at: string | null;
  readonly details: {
    readonly by_rule?: Readonly<Record<string, { readonly refused: number }>>;
    readonly changes?: { readonly stored_now: number; readonly refused_now: number };
    readonly examples?: readonly {
      readonly chunk_id: string;
      readonly ordinal: number;
      readonly rule?: string;
      readonly reason: string;
    }[];
  };
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
