import { AsyncByteQueue, RecordBatchFileWriter, RecordBatchStreamWriter } from 'apache-arrow';
import type { Schema } from 'apache-arrow';
import { arrowBatch } from '../arrow.js';
import type { ColumnarBatch } from '../columnar-batch.js';
import type { RecordDescription } from '../schema-description.js';

/** One Arrow IPC file, which can be read at random, or stream, of many record batches. */
export async function* arrowBytes(
  batches: AsyncIterable<ColumnarBatch<RecordDescription>>,
  schema: Schema,
  form: 'file' | 'stream',
): AsyncGenerator<Uint8Array> {
  const writer = form === 'file' ? new RecordBatchFileWriter() : new RecordBatchStreamWriter();
  const written = new Written();
  writer.reset(written, schema);
  yield* written.chunks.splice(0);
  for await (const batch of batches) {
    writer.write(arrowBatch(batch, schema));
    yield* written.chunks.splice(0);
  }
  writer.finish();
  yield* written.chunks.splice(0);
}

/** Arrow's own streams ignore back-pressure, so what is written is taken after each batch instead. */
class Written extends AsyncByteQueue {
  readonly chunks: Uint8Array[] = [];

  override write(chunk: Uint8Array): void {
    this.chunks.push(chunk);
  }
}
