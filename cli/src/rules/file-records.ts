import { inputFault, openStream } from '../dbn/open-stream.js';
import type { InputFile } from '../dbn/input-file.js';
import type { RecordsAt } from './even-batches.js';

/**
 * The records of a DBN file, with their positions in it. @param limit most records to take.
 * @throws CliError at what cannot be read.
 */
export async function* fileRecords(input: InputFile, limit = Infinity): AsyncGenerator<RecordsAt> {
  const stream = await openStream(input, { upgrade: 'v3', unknownRecords: 'skip' });
  let left = limit;
  try {
    for await (const batch of stream) {
      const records = batch.columns();
      const count = Math.min(records.length, left);
      left -= count;
      yield {
        records: count < records.length ? records.slice(0, count) : records,
        firstOrdinal: batch.firstIndex,
      };
      if (left === 0) return;
    }
  } catch (error) {
    throw inputFault(input, error);
  }
}
