import type { SchemaName } from '@tapeline/records';
import { utcDate } from '@tapeline/records';
import type { PoolClient } from 'pg';
import { EVERY_INSTRUMENT } from '../planning/coverage-claim.js';
import { clampTime } from './held-ranges.js';
import type { SymbolResolution } from './resolve-symbols.js';

/** Where the records of an answer come from, and what has become of others. */
export interface Provenance {
  /** What Databento says of the range's days, as far as it was asked: `available`, `degraded`, `pending`, `missing`. */
  readonly conditions: readonly string[];
  /** Refused records of the range that wait in quarantine. */
  readonly quarantined: number;
  /** Versions of the rules by which the range's records were stored. */
  readonly rulesVersions: readonly string[];
}

/** Of complete chunks that hold any part of the query. */
export async function readProvenance(
  client: PoolClient,
  query: { dataset: string; schema: SchemaName; start: bigint; end: bigint },
  { intervals }: SymbolResolution,
): Promise<Provenance> {
  const ids = intervals
    ? [...new Set([...intervals.values()].flat().map(({ instrumentId }) => instrumentId))]
    : null;
  const { rows } = await client.query<{
    conditions: string[] | null;
    quarantined: string;
    rules: string[] | null;
  }>(
    `SELECT (SELECT array_agg(DISTINCT condition ORDER BY condition) FROM dataset_day
              WHERE dataset = $1 AND date BETWEEN $6::date AND $7::date) AS conditions,
            (SELECT count(*) FROM quarantine
              WHERE dataset = $1 AND schema = $2 AND state = 'open' AND ts_ns >= $3 AND ts_ns < $4
                AND ($5::bigint[] IS NULL OR instrument_id = ANY($5))) AS quarantined,
            (SELECT array_agg(DISTINCT rules_version ORDER BY rules_version) FROM ledger WHERE chunk_id IN (
               SELECT c.chunk_id FROM coverage c JOIN chunk k USING (chunk_id)
                WHERE c.dataset = $1 AND c.schema = $2 AND k.state = 'complete' AND c.start_ns < $4 AND c.end_ns > $3
                  AND ($5::bigint[] IS NULL OR c.instrument_id = ANY($5) OR c.instrument_id = ${EVERY_INSTRUMENT}))) AS rules`,
    [
      query.dataset,
      query.schema,
      clampTime(query.start),
      clampTime(query.end),
      ids,
      utcDate(query.start),
      utcDate(query.end - 1n),
    ],
  );
  const { conditions, quarantined, rules } = rows[0]!;
  return {
    conditions: conditions ?? [],
    quarantined: Number(quarantined),
    rulesVersions: rules ?? [],
  };
}
