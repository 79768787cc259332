import { RecordBatchStreamWriter } from 'apache-arrow';
import type { Schema } from 'apache-arrow';
import type * as ParquetWasm from 'parquet-wasm';
import { arrowBatch, arrowSchema } from '../arrow.js';
import type { ColumnarBatch } from '../columnar-batch.js';
import type { ColumnDescription, RecordDescription } from '../schema-description.js';

type Batch = ColumnarBatch<RecordDescription>;
type Metadata = ReadonlyMap<string, string>;

/** Records of a row group: what a reader can skip, and what is held in memory. */
const ROW_GROUP_ROWS = 131_072;

/** Mostly rising, or hardly ever the same twice: a dictionary of them would only cost. */
const DELTAS = new Set(['sequence', 'order_id', 'ts_in_delta']);

/** One Parquet file, zstd inside, with exact types: see docs/adr/0008-parquet.md. */
export async function* parquetBytes(
  batches: AsyncGenerator<Batch>,
  empty: Batch,
  metadata: Metadata,
): AsyncGenerator<Uint8Array> {
  const parquet = await import('parquet-wasm');
  const schema = arrowSchema(empty.schema, metadata);
  const input = new ParquetInput(batches, empty, (batch) => toWasm(parquet, batch, schema));
  try {
    const properties = writerProperties(parquet, empty.schema.columns, metadata);
    const output = await input.orFailure(parquet.transformParquetStream(input.stream, properties));
    for await (const chunk of output as ReadableStream<Uint8Array>) {
      // The writer takes a failure for the end and would make a sound file of the half.
      input.throwFailure();
      yield chunk;
    }
    input.throwFailure();
  } finally {
    await input.stop();
  }
}

/** Batches as the writer pulls them. It neither hears of their failure nor stops when it is left. */
class ParquetInput {
  readonly stream: ReadableStream<ParquetWasm.RecordBatch>;
  #failure: { readonly error: unknown } | undefined;
  #isStopped = false;

  constructor(
    private readonly batches: AsyncGenerator<Batch>,
    empty: Batch,
    convert: (batch: Batch) => ParquetWasm.RecordBatch,
  ) {
    let count = 0;
    this.stream = new ReadableStream<ParquetWasm.RecordBatch>(
      {
        pull: async (controller) => {
          const next = await this.#next();
          if (next) controller.enqueue(convert(next));
          // The writer learns the columns from the first batch.
          else if (count === 0 && !this.#failure) controller.enqueue(convert(empty));
          count++;
          if (!next) controller.close();
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** The writer's answer, or the failure because of which it gave none. */
  async orFailure<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      this.throwFailure();
      throw error;
    }
  }

  throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.batches.return(undefined);
  }

  async #next(): Promise<Batch | undefined> {
    if (this.#isStopped) return undefined;
    try {
      const next = await this.batches.next();
      return next.done ? undefined : next.value;
    } catch (error) {
      this.#failure = { error };
      return undefined;
    }
  }
}

/** Copies a batch into the writer's memory; the table is freed here, the record batch by the writer. */
function toWasm(
  parquet: typeof ParquetWasm,
  batch: Batch,
  schema: Schema,
): ParquetWasm.RecordBatch {
  const writer = new RecordBatchStreamWriter();
  writer.write(arrowBatch(batch, schema));
  writer.finish();
  const table = parquet.Table.fromIPCStream(writer.toUint8Array(true));
  try {
    return table.recordBatches()[0]!;
  } finally {
    table.free();
  }
}

function writerProperties(
  parquet: typeof ParquetWasm,
  columns: readonly ColumnDescription[],
  metadata: Metadata,
): ParquetWasm.WriterProperties {
  let builder = new parquet.WriterPropertiesBuilder()
    .setCompression(parquet.Compression.ZSTD)
    .setMaxRowGroupSize(ROW_GROUP_ROWS)
    .setCreatedBy('tapeline')
    .setKeyValueMetadata(new Map(metadata));
  for (const { name, type } of columns) {
    if (type === 'string') continue;
    // What a column falls back to when its dictionary grows too large.
    builder = builder.setColumnEncoding(name, parquet.Encoding.DELTA_BINARY_PACKED);
    if (type === 'timestamp' || DELTAS.has(name)) {
      builder = builder.setColumnDictionaryEnabled(name, false);
    }
  }
  return builder.build();
}
