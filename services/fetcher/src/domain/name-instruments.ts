import type { JobEvent } from '@tapeline/contracts';
import type { HistoricalClient } from '@tapeline/databento';
import { utcDate } from '@tapeline/records';
import { keepSymbology, readUnnamed } from '@tapeline/storage';
import type { Storage, SymbologyInterval } from '@tapeline/storage';
import { pages } from './pages.js';
import { isUnresolvable } from './resolve-symbols.js';
import { tellResolved } from './tell-plan.js';
import type { TimeRange } from './time-ranges.js';

/**
 * Keeps the venue's symbols of instruments that came unasked: an answer to ALL_SYMBOLS brings no mappings. Asks for
 * those only that are not known over the whole range, which costs nothing.
 * @param range of the job, so that its first chunk asks for all.
 */
export async function nameInstruments(
  {
    storage,
    client,
    tell,
  }: {
    readonly storage: Storage;
    readonly client: HistoricalClient;
    readonly tell: (event: JobEvent) => Promise<void>;
  },
  jobId: string,
  dataset: string,
  instruments: ReadonlySet<number>,
  range: TimeRange,
): Promise<void> {
  const startDate = utcDate(range.start);
  const endDate = Temporal.PlainDate.from(utcDate(range.end - 1n))
    .add({ days: 1 })
    .toString();
  const unnamed = await readUnnamed(storage, dataset, [...instruments], startDate, endDate);
  for (const page of pages(unnamed)) {
    const symbols = page.map(String);
    const request = { dataset, symbols, startDate, endDate } as const;
    const answer = await client
      .resolve({ ...request, stypeIn: 'instrument_id', stypeOut: 'raw_symbol' })
      .catch((error: unknown) => {
        if (isUnresolvable(error)) return undefined;
        throw error;
      });
    const intervals = Object.entries(answer?.result ?? {}).flatMap(([id, own]) =>
      own
        .filter(({ s }) => s !== '')
        .map(({ d0, d1, s: symbol }): SymbologyInterval => ({
          stypeIn: 'raw_symbol',
          symbol,
          instrumentId: Number(id),
          d0,
          d1,
        })),
    );
    await tellResolved(tell, jobId, dataset, intervals);
    await keepSymbology(storage, dataset, intervals);
  }
}
