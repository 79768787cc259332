import {
  compressFrames,
  csvHeader,
  encodeCsv,
  encodeJson,
  encodeMetadata,
  encodeRecords,
} from '@tapeline/dbn';
import type { DbnMetadata, TextOptions } from '@tapeline/dbn';
import type { ColumnarBatch, SchemaDescription } from '@tapeline/records';
import type { RangeOutput } from './range-request.js';

/** Records in their order. */
export interface FormatBatch {
  readonly batch: ColumnarBatch;
  /** The symbol of a row; null where none is known. */
  readonly symbolOf: (row: number) => string | null;
}

/** How the answer of timeseries.get_range is written. */
export interface RangeFormat {
  readonly contentType: string;
  readonly write: (batches: AsyncIterable<FormatBatch>) => AsyncGenerator<Uint8Array>;
}

/**
 * The answer as it was asked for: DBN with its metadata, CSV with a header, or JSON lines; of zstd each part is a frame of
 * its own, the metadata or the header the first.
 * @param schema of the records.
 */
export function rangeFormat(
  output: RangeOutput,
  metadata: DbnMetadata,
  schema: SchemaDescription,
): RangeFormat {
  const { contentType, head, records } = formatOf(output, metadata, schema);
  const parts = async function* (batches: AsyncIterable<FormatBatch>): AsyncGenerator<Uint8Array> {
    if (head.length > 0) yield head;
    for await (const batch of batches) yield records(batch);
  };
  return {
    contentType,
    write: (batches) =>
      output.compression === 'zstd' ? compressFrames(parts(batches)) : parts(batches),
  };
}

interface Encoding {
  readonly contentType: string;
  readonly head: Uint8Array;
  readonly records: (batch: FormatBatch) => Uint8Array;
}

function formatOf(output: RangeOutput, metadata: DbnMetadata, schema: SchemaDescription): Encoding {
  const optionsOf = ({ symbolOf }: Pick<FormatBatch, 'symbolOf'>): TextOptions => ({
    prettyPx: output.pretty_px,
    prettyTs: output.pretty_ts,
    ...(output.map_symbols && { symbolOf }),
  });
  switch (output.encoding) {
    case 'dbn':
      return {
        contentType: 'application/octet-stream',
        head: encodeMetadata(metadata),
        records: ({ batch }) => encodeRecords(batch, metadata.version),
      };
    case 'csv':
      return {
        contentType: 'text/csv',
        head: Buffer.from(csvHeader(schema, optionsOf({ symbolOf: () => null }))),
        records: (given) => Buffer.from(encodeCsv(given.batch, optionsOf(given))),
      };
    case 'json':
      return {
        contentType: 'application/json',
        head: new Uint8Array(),
        records: (given) => Buffer.from(encodeJson(given.batch, optionsOf(given))),
      };
  }
}
