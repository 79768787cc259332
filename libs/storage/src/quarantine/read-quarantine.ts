import type { Storage } from '../storage.js';
import { quarantineConditions, RECORD_SYMBOL } from './quarantine-conditions.js';
import type { QuarantineQuery, QuarantineState } from './quarantine-conditions.js';

/** A refused record with all its fields, and why it was refused. */
export interface QuarantinedRecord {
  readonly id: string;
  readonly state: QuarantineState;
  readonly severity: string;
  readonly dataset: string;
  readonly schema: string;
  readonly instrument_id: number;
  /** The venue's symbol as of the record's day, null if none is known. */
  readonly symbol: string | null;
  /** The index timestamp, ns since epoch; null if it is unset. */
  readonly ts_ns: string | null;
  readonly rule: string;
  readonly reason: string;
  readonly job_id: string;
  readonly chunk_id: string;
  readonly batch_id: string;
  /** Position in the chunk. */
  readonly ordinal: string;
  readonly rules_version: string;
  readonly refused_at: string;
  /** When it was replayed, filtered, discarded or superseded. */
  readonly resolved_at: string | null;
  /** The replay that stored it, or tried it last. */
  readonly replay_id: string | null;
  /** By column; 64-bit integers as text, prices in units of 1e-9, null where unset. */
  readonly record: Readonly<Record<string, string | number | null>>;
}

const UTC = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const COLUMNS = `q.id::text, q.state, q.severity, q.dataset, q.schema, q.instrument_id::int8::text AS instrument_id,
  ${RECORD_SYMBOL} AS symbol,
  q.ts_ns::text, q.rule, q.reason, q.job_id, q.chunk_id, q.batch_id, q.ordinal::text, q.rules_version,
  ${UTC('q.quarantined_at')} AS refused_at, ${UTC('q.resolved_at')} AS resolved_at, q.replay_id, q.record`;

type Row = Omit<QuarantinedRecord, 'instrument_id'> & { readonly instrument_id: string };

const recordOf = (row: Row): QuarantinedRecord => ({
  ...row,
  instrument_id: Number(row.instrument_id),
});

/**
 * Refused records, those refused last first.
 * @param page at most `limit` of them, with ids below `before`, the id of the last of the page before.
 */
export async function readQuarantine(
  storage: Pick<Storage, 'pool'>,
  query: QuarantineQuery,
  page: { readonly limit: number; readonly before?: string | undefined },
): Promise<QuarantinedRecord[]> {
  const { text, values } = quarantineConditions(query, 3);
  const { rows } = await storage.pool.query<Row>(
    `SELECT ${COLUMNS} FROM quarantine q
      WHERE ($2::bigint IS NULL OR q.id < $2) AND ${text} ORDER BY q.id DESC LIMIT $1`,
    [page.limit, page.before ?? null, ...values],
  );
  return rows.map(recordOf);
}

/** One refused record; undefined if there is none of the id. */
export async function readQuarantinedRecord(
  storage: Pick<Storage, 'pool'>,
  id: string,
): Promise<QuarantinedRecord | undefined> {
  const { rows } = await storage.pool.query<Row>(
    `SELECT ${COLUMNS} FROM quarantine q WHERE q.id = $1::bigint`,
    [id],
  );
  return rows[0] && recordOf(rows[0]);
}
