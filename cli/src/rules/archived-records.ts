import type { ArchivedChunk } from '@tapeline/archive';
import { DbnStream } from '@tapeline/dbn';
import type { RecordsAt } from './even-batches.js';

/** The records of an archived chunk, with their positions in it: a part that resumed another repeats records. */
export async function* archivedRecords(chunk: ArchivedChunk): AsyncGenerator<RecordsAt> {
  let ordinal = 0;
  for (const part of chunk.parts) {
    const { skip, records: own } = part;
    if (own === 0) continue;
    const stream = await DbnStream.open(part.read(), { upgrade: 'v3', unknownRecords: 'skip' });
    const end = skip + own;
    for await (const batch of stream) {
      const from = Math.max(0, skip - batch.firstIndex);
      const to = Math.min(batch.length, end - batch.firstIndex);
      if (to <= from) continue;
      yield { records: batch.columns().slice(from, to), firstOrdinal: ordinal };
      ordinal += to - from;
    }
  }
}
