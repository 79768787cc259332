import { ALL_SYMBOLS } from '@tapeline/contracts';
import type { ChunkRequest } from '@tapeline/contracts';
import { parseTimestamp } from '@tapeline/records';
import type { PoolClient } from 'pg';
import { EVERY_INSTRUMENT } from '../planning/coverage-claim.js';
import type { SymbologyInterval } from '../planning/symbology-store.js';
import { addSymbology } from './shadow-symbology.js';

/** What the archive says of a chunk: its manifest's request, and the symbology in the metadata of its bytes. */
export interface ArchivedFacts {
  readonly chunkId: string;
  readonly request: ChunkRequest;
  readonly symbology: readonly SymbologyInterval[];
  readonly records: number;
  /** ISO 8601. */
  readonly completedAt: string;
}

/** Keeps what the archive says of a chunk at hand, for the case that no event tells its claims. */
export async function addArchived(client: PoolClient, facts: ArchivedFacts): Promise<void> {
  const { chunkId, request } = facts;
  await addSymbology(client, request.dataset, facts.symbology);
  const claims = claimsOf(facts);
  await client.query(
    `INSERT INTO archived_chunk (chunk_id, request, records, archived_at, claims)
     SELECT $1, $2::jsonb, $6, $7, coalesce(jsonb_agg(jsonb_build_array(id, lower(claimed), upper(claimed))), '[]')
       FROM (SELECT id, unnest(range_agg(int8range(since, until)) - coalesce(
                      (SELECT range_agg(int8range((held ->> 'start')::bigint, (held ->> 'end')::bigint))
                         FROM jsonb_array_elements($2::jsonb -> 'exclude') AS held
                        WHERE (held ->> 'instrument_id')::bigint = id), '{}')) AS claimed
               FROM unnest($3::bigint[], $4::bigint[], $5::bigint[]) AS given (id, since, until) GROUP BY id) missing
     ON CONFLICT DO NOTHING`,
    [
      chunkId,
      JSON.stringify(request),
      claims.map(([id]) => id),
      claims.map(([, start]) => start),
      claims.map(([, , end]) => end),
      facts.records,
      facts.completedAt,
    ],
  );
}

type ArchivedClaim = readonly [instrumentId: number, start: bigint, end: bigint];

/** What a chunk claims as far as its request and the meaning of its symbols tell. */
function claimsOf({ request, symbology }: ArchivedFacts): ArchivedClaim[] {
  const [start, end] = [BigInt(request.start), BigInt(request.end)];
  if (request.symbols.includes(ALL_SYMBOLS)) return [[EVERY_INSTRUMENT, start, end]];
  if (request.stype_in === 'instrument_id') {
    return request.symbols.map((id) => [Number(id), start, end]);
  }
  const isFile = request.source === 'file';
  return symbology
    .filter(({ stypeIn }) => isFile || stypeIn === request.stype_in)
    .map(({ instrumentId, d0, d1 }): ArchivedClaim => {
      const [since, until] = [parseTimestamp(d0), parseTimestamp(d1)];
      return [instrumentId, since > start ? since : start, until < end ? until : end];
    })
    .filter(([, since, until]) => since < until);
}
