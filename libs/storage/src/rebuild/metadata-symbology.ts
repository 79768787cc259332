import { STYPES_IN } from '@tapeline/contracts';
import type { SymbologyInterval } from '../planning/symbology-store.js';

/** What DBN metadata say of symbols. */
export interface MappedSymbols {
  readonly stypeIn: string | null;
  readonly symbols: readonly string[];
  readonly mappings: readonly {
    readonly rawSymbol: string;
    /** UTC dates, `[startDate, endDate)`. */
    readonly intervals: readonly {
      readonly startDate: string;
      readonly endDate: string;
      readonly symbol: string;
    }[];
  }[];
}

/**
 * The intervals in DBN metadata. When ids were asked for, the roles of the mapping are exchanged. For
 * `parent` requests Databento maps the expanded raw symbols; a single parent also gets its own intervals.
 */
export function metadataSymbology(metadata: MappedSymbols): SymbologyInterval[] {
  const stypeIn = STYPES_IN.find((stype) => stype === metadata.stypeIn);
  if (!stypeIn) return [];
  const [parent, ...others] = stypeIn === 'parent' ? metadata.symbols : [];
  return metadata.mappings.flatMap(({ rawSymbol, intervals }) =>
    intervals
      .filter(({ symbol }) => symbol !== '')
      .flatMap(({ startDate: d0, endDate: d1, symbol }): SymbologyInterval[] => {
        if (stypeIn === 'instrument_id') {
          const instrumentId = Number(rawSymbol);
          return symbol === rawSymbol
            ? []
            : [{ stypeIn: 'raw_symbol', symbol, instrumentId, d0, d1 }];
        }
        const instrumentId = Number(symbol);
        if (!Number.isInteger(instrumentId)) return [];
        if (stypeIn !== 'parent') return [{ stypeIn, symbol: rawSymbol, instrumentId, d0, d1 }];
        const expanded: SymbologyInterval = {
          stypeIn: 'raw_symbol',
          symbol: rawSymbol,
          instrumentId,
          d0,
          d1,
        };
        return parent !== undefined && others.length === 0
          ? [expanded, { ...expanded, stypeIn, symbol: parent }]
          : [expanded];
      }),
  );
}
