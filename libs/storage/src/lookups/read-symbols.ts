import type { Storage } from '../storage.js';

/**
 * The venue's symbols of instruments as of UTC days since epoch, from the symbology that came with the data and
 * from definitions: one for each pair, null where none is known. Of several on one day the first in order is taken.
 */
export async function readSymbols(
  storage: Pick<Storage, 'pool'>,
  dataset: string,
  instrumentIds: readonly number[],
  days: readonly number[],
): Promise<(string | null)[]> {
  const { rows } = await storage.pool.query<{ n: number; symbol: string }>(
    `SELECT (p.n - 1)::int AS n, min(s.symbol) AS symbol
       FROM unnest($2::bigint[], $3::int[]) WITH ORDINALITY AS p (instrument_id, day, n)
       JOIN symbology s ON s.dataset = $1 AND s.stype_in = 'raw_symbol' AND s.instrument_id = p.instrument_id
        AND s.d0 <= DATE '1970-01-01' + p.day AND s.d1 > DATE '1970-01-01' + p.day
      GROUP BY p.n`,
    [dataset, instrumentIds, days],
  );
  const symbols = Array<string | null>(days.length).fill(null);
  for (const { n, symbol } of rows) symbols[n] = symbol;
  return symbols;
}
