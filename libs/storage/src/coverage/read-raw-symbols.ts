import type { PoolClient } from 'pg';
import type { DayRange } from './coverage-row.js';

/** The venue's symbol of an instrument on some days. */
export interface RawSymbol extends DayRange {
  readonly symbol: string;
}

/** The key of an instrument in what {@link readRawSymbols} returns. */
export const instrumentKey = (dataset: string, instrumentId: number): string =>
  `${dataset} ${instrumentId}`;

/** Raw symbols of instruments, joined where they touch and in order of time. */
export async function readRawSymbols(
  client: PoolClient,
  datasets: readonly string[],
  instrumentIds: readonly number[],
): Promise<Map<string, RawSymbol[]>> {
  const { rows } = await client.query<{
    dataset: string;
    instrument_id: string;
    symbol: string;
    first: number;
    beyond: number;
  }>(
    `SELECT dataset, instrument_id, symbol, lower(days) AS first, upper(days) AS beyond
       FROM (SELECT dataset, instrument_id, symbol,
                    unnest(range_agg(int4range(d0 - DATE '1970-01-01', d1 - DATE '1970-01-01'))) AS days
               FROM symbology
              WHERE stype_in = 'raw_symbol' AND dataset = ANY($1) AND instrument_id = ANY($2::bigint[])
                AND d0 < d1
              GROUP BY 1, 2, 3) AS mapped
      ORDER BY first, symbol`,
    [datasets, instrumentIds],
  );
  const symbols = new Map<string, RawSymbol[]>();
  for (const row of rows) {
    const key = instrumentKey(row.dataset, Number(row.instrument_id));
    const own = symbols.get(key) ?? [];
    own.push({ symbol: row.symbol, from: row.first, to: row.beyond });
    symbols.set(key, own);
  }
  return symbols;
}
