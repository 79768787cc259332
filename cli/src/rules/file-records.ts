import type { DbnStream } from '@tapeline/dbn';
import { inputFault, openStream } from '../dbn/open-stream.js';
import type { InputFile } from '../dbn/input-file.js';
import type { RecordsAt, RecordSource } from './even-batches.js';

/**
 * The records of a DBN file, with their positions in it. @param limit most records to take.
 * @throws CliError at what cannot be read.
 */
export async function fileRecords(input: InputFile, limit = Infinity): Promise<RecordSource> {
  const stream = await openStream(input, { upgrade: 'v3', unknownRecords: 'skip' });
  return { dataset: stream.metadata.dataset, records: recordsOf(stream, input, limit) };
}

async function* recordsOf(
  stream: DbnStream,
  input: InputFile,
  limit: number,
): AsyncGenerator<RecordsAt> {
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
