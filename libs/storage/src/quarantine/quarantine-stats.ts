import type { Storage } from '../storage.js';
import { quarantineConditions, RECORD_DAY, RECORD_SYMBOL } from './quarantine-conditions.js';
import type { QuarantineQuery } from './quarantine-conditions.js';

/** Causes by which refused records are counted, as SQL. */
const KEYS = {
  rule: 'q.rule',
  schema: 'q.schema',
  dataset: 'q.dataset',
  job: 'q.job_id',
  instrument: `q.dataset || '/' || q.instrument_id`,
  day: RECORD_DAY,
} as const;

export type QuarantineGrouping = keyof typeof KEYS;
export const QUARANTINE_GROUPINGS = Object.keys(KEYS) as readonly QuarantineGrouping[];

export interface QuarantineGroup {
  readonly key: string;
  /** Of an instrument, as of its last refused record's day. */
  readonly symbol?: string | null;
  readonly records: number;
  readonly open: number;
  readonly replayed: number;
  readonly filtered: number;
  readonly discarded: number;
  readonly superseded: number;
  readonly first_refused_at: string;
  readonly last_refused_at: string;
  /** The reason of the last one. */
  readonly example: string;
}

/** A key as text, once for each group. A record without a time is of no day. */
const KEY_TEXTS: Partial<Record<QuarantineGrouping, string>> = {
  day: `coalesce(to_char(g.cause, 'YYYY-MM-DD'), 'none')`,
};

/** Refused records by cause; the sums are of all groups. */
export interface QuarantineStats {
  readonly groups: readonly QuarantineGroup[];
  readonly records: number;
  readonly open: number;
}

/** Most groups of an answer. */
const MOST_GROUPS = 1_000;

type Counts = Record<
  | 'records'
  | 'open'
  | 'replayed'
  | 'filtered'
  | 'discarded'
  | 'superseded'
  | 'all_records'
  | 'all_open',
  string
>;

/** Refused records by cause: of at most 1,000 groups, those with most open ones first. */
export async function quarantineStats(
  storage: Pick<Storage, 'pool'>,
  query: QuarantineQuery,
  by: QuarantineGrouping,
): Promise<QuarantineStats> {
  const { text, values } = quarantineConditions(query);
  const { rows } = await storage.pool.query<
    Counts & {
      key: string;
      first_refused_at: Date;
      last_refused_at: Date;
      example: string;
      symbol: string | null;
    }
  >(
    `WITH groups AS (
       SELECT ${KEYS[by]} AS cause, count(*) AS records, max(q.id) AS last_id,
              count(*) FILTER (WHERE q.state = 'open') AS open,
              count(*) FILTER (WHERE q.state = 'replayed') AS replayed,
              count(*) FILTER (WHERE q.state = 'filtered') AS filtered,
              count(*) FILTER (WHERE q.state = 'discarded') AS discarded,
              count(*) FILTER (WHERE q.state = 'superseded') AS superseded,
              min(q.quarantined_at) AS first_refused_at, max(q.quarantined_at) AS last_refused_at
         FROM quarantine q WHERE ${text} GROUP BY 1)
     SELECT g.*, ${KEY_TEXTS[by] ?? 'g.cause'} AS key, q.reason AS example,
            sum(g.records) OVER () AS all_records, sum(g.open) OVER () AS all_open,
            ${RECORD_SYMBOL} AS symbol
       FROM groups g JOIN quarantine q ON q.id = g.last_id
      ORDER BY g.open DESC, g.records DESC, g.cause LIMIT ${MOST_GROUPS}`,
    [...values],
  );
  const groups = rows.map((row) => ({
    key: row.key,
    ...(by === 'instrument' && { symbol: row.symbol }),
    records: Number(row.records),
    open: Number(row.open),
    replayed: Number(row.replayed),
    filtered: Number(row.filtered),
    discarded: Number(row.discarded),
    superseded: Number(row.superseded),
    first_refused_at: row.first_refused_at.toISOString(),
    last_refused_at: row.last_refused_at.toISOString(),
    example: row.example,
  }));
  const [first] = rows;
  return {
    groups,
    records: Number(first?.all_records ?? 0),
    open: Number(first?.all_open ?? 0),
  };
}

/** How many refused records a query means. */
export async function countQuarantine(
  storage: Pick<Storage, 'pool'>,
  query: QuarantineQuery,
): Promise<number> {
  const { text, values } = quarantineConditions(query);
  const { rows } = await storage.pool.query<{ count: string }>(
    `SELECT count(*) FROM quarantine q WHERE ${text}`,
    [...values],
  );
  return Number(rows[0]!.count);
}
