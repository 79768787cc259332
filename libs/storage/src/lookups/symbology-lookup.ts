import { SCHEMAS } from '@tapeline/records';
import type { Storage } from '../storage.js';
import { DayLookup } from './day-lookup.js';
import type { LookupOptions, StoredRecord } from './day-lookup.js';
import { readSymbols } from './read-symbols.js';

/** The column that {@link symbologyLookup} knows: that of definitions, at most 71 bytes. */
const RAW_SYMBOL = SCHEMAS.definition.columns.find(({ name }) => name === 'raw_symbol')!;

/** The venue's symbol, `raw_symbol`, as of each record's UTC day. */
export function symbologyLookup(storage: Storage, options: LookupOptions = {}): DayLookup {
  return new DayLookup(async (dataset, instrumentIds, days) => {
    const symbols = await readSymbols(storage, dataset, instrumentIds, days);
    return symbols.map((symbol): StoredRecord => {
      if (symbol === null) return undefined;
      const bytes = Buffer.from(symbol, 'latin1').subarray(0, RAW_SYMBOL.width);
      return new Map([[RAW_SYMBOL.name, bytes]]);
    });
  }, options);
}
