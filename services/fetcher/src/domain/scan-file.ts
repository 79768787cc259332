import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { STYPES_IN } from '@tapeline/contracts';
import type { StypeIn } from '@tapeline/contracts';
import { DbnCorruptError, DbnStream, readColumn } from '@tapeline/dbn';
import type { DbnMetadata } from '@tapeline/dbn';
import { schemaByCode } from '@tapeline/records';
import type { SchemaDescription } from '@tapeline/records';
import type { TimeRange } from './time-ranges.js';

/** What a DBN file holds, found by reading it once from end to end. */
export interface FileScan {
  readonly metadata: DbnMetadata;
  readonly schema: SchemaDescription;
  readonly stypeIn: StypeIn;
  /** Of the file as it is on disk. */
  readonly sha256: string;
  readonly records: number;
  /** The requested range; where the file names no end, up to and including its last record. */
  readonly range: TimeRange;
  readonly instrumentIds: ReadonlySet<number>;
}

/** The last nanosecond that a signed 64-bit integer holds; files of live data have later ends. */
const LAST_TIME = 2n ** 63n - 1n;

/**
 * Reads a file to know its contents and that it is whole, before a record of it is published.
 * @throws DbnError if it is no DBN of one known schema, or is truncated; the system's error if it cannot be read.
 */
export async function scanFile(path: string): Promise<FileScan> {
  const hash = createHash('sha256');
  const stream = await DbnStream.open(hashed(createReadStream(path), hash));
  const { metadata } = stream;
  try {
    const schema = metadata.schema === null ? undefined : schemaByCode(metadata.schema);
    if (!schema) {
      throw new DbnCorruptError(
        'wrong_record',
        metadata.schema === null
          ? 'the file mixes schemas, as live recordings do; files of one schema can be ingested'
          : `the file holds schema number ${metadata.schema}, which tapeline does not ingest`,
      );
    }
    const instrumentIds = new Set<number>();
    let records = 0;
    let last: bigint | undefined;
    for await (const block of stream.blocks()) {
      records += block.count;
      const read = (name: string) =>
        readColumn(schema, name, metadata.version, block.bytes, block.stride);
      for (const id of read('instrument_id') as Uint32Array) instrumentIds.add(id);
      last = (read(schema.indexColumn) as BigUint64Array).at(-1) ?? last;
    }
    const start = metadata.start <= LAST_TIME ? metadata.start : 0n;
    const end = metadata.end !== null && metadata.end <= LAST_TIME ? metadata.end : undefined;
    return {
      metadata,
      schema,
      stypeIn: STYPES_IN.find((stype) => stype === metadata.stypeIn) ?? 'raw_symbol',
      sha256: hash.digest('hex'),
      records,
      range: { start, end: end ?? (last === undefined ? start : last + 1n) },
      instrumentIds,
    };
  } finally {
    await stream.close();
  }
}

async function* hashed(
  source: AsyncIterable<Uint8Array>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
}
