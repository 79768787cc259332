/** Where bars and the trades that they were made of are both held. */
import { EVERY_INSTRUMENT } from '../planning/coverage-claim.js';
import type { CheckedChunk, RowRange } from './checked-chunk.js';
import type { CheckRun } from './finding.js';

const up = (time: bigint, step: bigint): bigint => ((time + step - 1n) / step) * step;
const down = (time: bigint, step: bigint): bigint => (time / step) * step;

/**
 * The whole intervals of bars that touch the chunk's claims, of which complete chunks hold all trades and the
 * bar, disjoint.
 * @param length nanoseconds of a bar.
 */
export async function heldTogether(
  { client, chunk }: Pick<CheckRun, 'client'> & { readonly chunk: CheckedChunk },
  bars: string,
  length: bigint,
): Promise<RowRange[]> {
  const { claims } = chunk;
  const { rows } = await client.query<Record<string, string>>(
    // A bar belongs to the claim that holds its start. Claims of every instrument count for each, but ranges that
    // are held together for every instrument are told once, and taken out of those of single ones.
    `WITH claim AS (
       SELECT id, range_agg(int8range(since, until)) AS held
         FROM unnest($3::bigint[], $4::bigint[], $5::bigint[]) AS c (id, since, until)
        WHERE since < until GROUP BY id),
     held AS MATERIALIZED (
       SELECT c.instrument_id AS id, c.schema = 'trades' AS is_trades,
              range_agg(CASE WHEN c.schema = 'trades' THEN int8range(c.start_ns, c.end_ns)
                             ELSE int8range((c.start_ns + $8::bigint - 1) / $8::bigint * $8::bigint,
                                            (c.end_ns + $8::bigint - 1) / $8::bigint * $8::bigint) END) AS held
         FROM coverage c JOIN chunk k USING (chunk_id)
        WHERE c.dataset = $1 AND c.schema IN ('trades', $2) AND k.state = 'complete' AND c.start_ns < c.end_ns
          AND c.start_ns < $7 AND c.end_ns > $6
        GROUP BY 1, 2),
     every AS (
       SELECT coalesce((SELECT held FROM claim WHERE id = $9), '{}') AS claimed,
              coalesce((SELECT held FROM held WHERE id = $9 AND is_trades), '{}') AS trades,
              coalesce((SELECT held FROM held WHERE id = $9 AND NOT is_trades), '{}') AS bars),
     instruments AS (SELECT id FROM claim UNION SELECT id FROM held)
     SELECT id, lower(part) AS since, upper(part) AS until
       FROM (SELECT i.id, (coalesce(c.held, '{}') + e.claimed) * (coalesce(t.held, '{}') + e.trades)
                          * (coalesce(b.held, '{}') + e.bars)
                          - CASE WHEN i.id = $9 THEN '{}' ELSE e.claimed * e.trades * e.bars END AS held
               FROM instruments i CROSS JOIN every e
               LEFT JOIN claim c ON c.id = i.id
               LEFT JOIN held t ON t.id = i.id AND t.is_trades
               LEFT JOIN held b ON b.id = i.id AND NOT b.is_trades) AS h
       CROSS JOIN LATERAL unnest(held) AS part
      ORDER BY 1, 2`,
    [
      chunk.dataset,
      bars,
      claims.map(({ instrumentId }) => instrumentId),
      claims.map(({ start }) => down(start, length)),
      claims.map(({ end }) => up(end, length)),
      down(chunk.start, length),
      up(chunk.end, length),
      length,
      EVERY_INSTRUMENT,
    ],
  );
  return rows
    .map((row) => ({
      instrumentId: Number(row['id']),
      start: up(BigInt(row['since']!), length),
      end: down(BigInt(row['until']!), length),
      hasTies: false,
    }))
    .filter(({ start, end }) => start < end);
}
