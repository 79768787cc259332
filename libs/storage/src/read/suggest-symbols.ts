import type { StypeIn } from '@tapeline/contracts';
import type { Pool } from 'pg';
import type { Storage } from '../storage.js';

export interface SymbolSuggestions {
  readonly symbol: string;
  /** Ways of naming symbols in which this very symbol is known. */
  readonly stypes: readonly string[];
  /** Known symbols next to it in the alphabet, of the stype asked for, nearest first. */
  readonly nearest: readonly string[];
  /** How many symbols of that stype are known for the dataset. */
  readonly count: number;
}

/** What might have been meant by a symbol that is not known for a dataset. */
export async function suggestSymbols(
  storage: Pick<Storage, 'pool'>,
  dataset: string,
  stypeIn: StypeIn,
  symbol: string,
): Promise<SymbolSuggestions> {
  const pool: Pool = storage.pool;
  const near = async (order: '>=' | '<', direction: 'ASC' | 'DESC'): Promise<string[]> => {
    const { rows } = await pool.query<{ symbol: string }>(
      `SELECT DISTINCT symbol FROM symbology
        WHERE dataset = $1 AND stype_in = $2 AND symbol ${order} $3
        ORDER BY symbol ${direction} LIMIT 4`,
      [dataset, stypeIn, symbol.toUpperCase()],
    );
    return rows.map((row) => row.symbol);
  };
  const [same, after, before, counted] = await Promise.all([
    pool.query<{ stype_in: string }>(
      'SELECT DISTINCT stype_in FROM symbology WHERE dataset = $1 AND symbol = $2 ORDER BY 1',
      [dataset, symbol],
    ),
    near('>=', 'ASC'),
    near('<', 'DESC'),
    pool.query<{ count: string }>(
      'SELECT count(DISTINCT symbol) AS count FROM symbology WHERE dataset = $1 AND stype_in = $2',
      [dataset, stypeIn],
    ),
  ]);
  const common = (known: string): number => {
    const wanted = symbol.toUpperCase();
    const text = known.toUpperCase();
    let length = 0;
    while (length < wanted.length && wanted[length] === text[length]) length++;
    return length;
  };
  return {
    symbol,
    stypes: same.rows.map((row) => row.stype_in).filter((stype) => stype !== stypeIn),
    nearest: [...after, ...before].toSorted((a, b) => common(b) - common(a)),
    count: Number(counted.rows[0]?.count ?? 0),
  };
}
