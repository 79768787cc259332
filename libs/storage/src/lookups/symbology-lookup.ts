import { SCHEMAS } from '@tapeline/records';
import type { Storage } from '../storage.js';
import { DayLookup } from './day-lookup.js';
import type { LookupOptions, StoredRecord } from './day-lookup.js';

/** The column that {@link symbologyLookup} knows: that of definitions, at most 71 bytes. */
const RAW_SYMBOL = SCHEMAS.definition.columns.find(({ name }) => name === 'raw_symbol')!;

/**
 * The venue's symbol, `raw_symbol`, as of each record's UTC day, from the symbology that came with the data and
 * from definitions. Where an instrument has several on one day the first in order is taken, as queries do.
 */
export function symbologyLookup(storage: Storage, options: LookupOptions = {}): DayLookup {
  return new DayLookup(async (dataset, instrumentIds, days) => {
    const records: StoredRecord[] = Array.from({ length: days.length });
    const { rows } = await storage.pool.query<{ n: number; symbol: string }>(
      `SELECT (p.n - 1)::int AS n, min(s.symbol) AS symbol
         FROM unnest($2::bigint[], $3::int[]) WITH ORDINALITY AS p (instrument_id, day, n)
         JOIN symbology s ON s.dataset = $1 AND s.stype_in = 'raw_symbol' AND s.instrument_id = p.instrument_id
          AND s.d0 <= DATE '1970-01-01' + p.day AND s.d1 > DATE '1970-01-01' + p.day
        GROUP BY p.n`,
      [dataset, instrumentIds, days],
    );
    for (const { n, symbol } of rows) {
      const bytes = Buffer.from(symbol, 'latin1').subarray(0, RAW_SYMBOL.width);
      records[n] = new Map([[RAW_SYMBOL.name, bytes]]);
    }
    return records;
  }, options);
}
