/** Which symbol meant what, as files tell it in their metadata and definitions. */
import type { DbnMetadata } from '@tapeline/dbn';
import type { ColumnData } from '@tapeline/records';
import { DAY_NS, utcDate } from '@tapeline/records';
import type { Alias, Directory, Listing } from '../domain/market-source.js';
import type { FileIndex } from './index-file.js';

export type FileListing = Omit<Listing, 'parent'>;

/** Definitions list their instruments on the day of the record. */
export function listingsOfDefinitions(
  times: BigUint64Array,
  column: (name: string) => ColumnData,
): FileListing[] {
  const ids = column('instrument_id') as Uint32Array;
  const names = column('raw_symbol') as Uint8Array;
  const width = names.length / Math.max(ids.length, 1);
  return Array.from(ids, (instrumentId, row) => ({
    rawSymbol: Buffer.from(names.subarray(row * width, (row + 1) * width))
      .toString('latin1')
      .replace(/\0+$/, ''),
    instrumentId,
    from: utcDate(times[row]!),
    to: utcDate(times[row]! + DAY_NS),
  }));
}

/** All files of a dataset together. */
export function directoryOf(files: readonly FileIndex[]): Directory {
  const listings = files.flatMap(({ metadata, listings }) => [
    ...mappedListings(metadata),
    ...listings.map((listing) => Object.assign({ parent: null }, listing)),
  ]);
  const continuous = files.filter(({ metadata }) => metadata.stypeIn === 'continuous');
  return {
    listings,
    aliases: (symbol) => continuous.flatMap(({ metadata }) => mappedAliases(metadata, symbol)),
  };
}

function mappedListings({ stypeIn, symbols, mappings }: DbnMetadata): Listing[] {
  if (stypeIn === 'continuous') return [];
  return mappings.flatMap(({ rawSymbol: key, intervals }) =>
    intervals.flatMap(({ startDate: from, endDate: to, symbol }) => {
      // With instrument_id as input the roles are reversed.
      const [rawSymbol, id] = stypeIn === 'instrument_id' ? [symbol, key] : [key, symbol];
      if (!/^\d+$/.test(id) || rawSymbol === '') return [];
      const parent =
        stypeIn === 'parent'
          ? (symbols.find((name) => rawSymbol.startsWith(name.split('.')[0]!)) ?? null)
          : null;
      return [{ rawSymbol, instrumentId: Number(id), parent, from, to }];
    }),
  );
}

function mappedAliases({ mappings }: DbnMetadata, symbol: string): Alias[] {
  return mappings
    .filter(({ rawSymbol }) => rawSymbol === symbol)
    .flatMap(({ intervals }) => intervals)
    .filter(({ symbol: id }) => /^\d+$/.test(id))
    .map(({ startDate: from, endDate: to, symbol: id }) => ({
      instrumentId: Number(id),
      from,
      to,
    }));
}
