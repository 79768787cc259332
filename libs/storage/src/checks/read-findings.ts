import type { ChunkCheck, ChunkCheckName } from '@tapeline/rules';
import type { Storage } from '../storage.js';
import type { Finding } from './finding.js';

export interface FindingFilter {
  readonly dataset?: string | undefined;
  readonly schema?: string | undefined;
  readonly chunkId?: string | undefined;
  readonly check?: string | undefined;
  readonly severity?: string | undefined;
  /** Most findings to return. */
  readonly limit: number;
}

export interface KeptFinding extends Finding {
  readonly dataset: string;
  readonly schema: string;
  readonly chunkId: string;
  readonly rulesVersion: string;
  readonly foundAt: Date;
}

interface FindingRow {
  readonly dataset: string;
  readonly schema: string;
  readonly chunk_id: string;
  readonly check: ChunkCheckName;
  readonly severity: ChunkCheck['severity'];
  readonly instrument_id: string;
  readonly start_ns: string;
  readonly end_ns: string;
  readonly message: string;
  readonly details: Record<string, unknown>;
  readonly rules_version: string;
  readonly found_at: Date;
}

/** What checks found, the newest chunks first, within a chunk by check and time. */
export async function readFindings(
  storage: Pick<Storage, 'pool'>,
  filter: FindingFilter,
): Promise<KeptFinding[]> {
  const { rows } = await storage.pool.query<FindingRow>(
    `SELECT k.dataset, k.schema, f.*
       FROM finding f JOIN chunk k USING (chunk_id)
      WHERE ($1::text IS NULL OR k.dataset = $1) AND ($2::text IS NULL OR k.schema = $2)
        AND ($3::text IS NULL OR f.chunk_id = $3) AND ($4::text IS NULL OR f."check" = $4)
        AND ($5::text IS NULL OR f.severity = $5)
      ORDER BY k.start_ns DESC, f.chunk_id, f."check", f.start_ns, f.instrument_id LIMIT $6`,
    [filter.dataset, filter.schema, filter.chunkId, filter.check, filter.severity, filter.limit],
  );
  return rows.map((row) => ({
    dataset: row.dataset,
    schema: row.schema,
    chunkId: row.chunk_id,
    check: row.check,
    severity: row.severity,
    instrumentId: Number(row.instrument_id),
    start: BigInt(row.start_ns),
    end: BigInt(row.end_ns),
    message: row.message,
    details: row.details,
    rulesVersion: row.rules_version,
    foundAt: row.found_at,
  }));
}
