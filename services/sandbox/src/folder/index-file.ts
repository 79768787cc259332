import { createReadStream } from 'node:fs';
import { DbnStream, readColumn } from '@tapeline/dbn';
import type { DbnMetadata } from '@tapeline/dbn';
import { DAY_NS, schemaByCode, utcDate } from '@tapeline/records';
import type { SchemaDescription } from '@tapeline/records';
import type { TimeRange } from '../domain/market-source.js';
import { listingsOfDefinitions } from './list-symbols.js';
import type { FileListing } from './list-symbols.js';

/** What is known of a DBN file after one pass over it. */
export interface FileIndex {
  readonly path: string;
  readonly metadata: DbnMetadata;
  readonly schema: SchemaDescription;
  /** Bytes per record. */
  readonly stride: number;
  readonly count: number;
  /** Index timestamps of the first and the last record. */
  readonly first: bigint;
  readonly last: bigint;
  readonly publishers: ReadonlySet<number>;
  /** UTC dates with records. */
  readonly dates: ReadonlySet<string>;
  /** Symbols found in the records themselves, which only definitions have. */
  readonly listings: readonly FileListing[];
}

/** A file that cannot be served; the message says why. */
class UnservableFileError extends Error {
  override readonly name = 'UnservableFileError';
}

/** Reads a file once. @throws UnservableFileError or DbnError */
export async function indexFile(path: string): Promise<FileIndex> {
  const stream = await DbnStream.open(createReadStream(path));
  const { metadata } = stream;
  const schema = metadata.schema === null ? undefined : schemaByCode(metadata.schema);
  if (!schema) {
    await stream.close();
    throw new UnservableFileError(
      metadata.schema === null
        ? 'it mixes schemas, as live recordings do'
        : `schema number ${metadata.schema} is not served here`,
    );
  }
  let [count, stride, first, last] = [0, 0, 0n, -1n];
  const publishers = new Set<number>();
  const dates = new Set<string>();
  const listings: FileListing[] = [];
  let nextDay = 0n;
  for await (const block of stream.blocks()) {
    if (stride !== 0 && block.stride !== stride) {
      throw new UnservableFileError('its records differ in length');
    }
    const column = (name: string) =>
      readColumn(schema, name, metadata.version, block.bytes, block.stride);
    const times = column(schema.indexColumn) as BigUint64Array;
    if (count === 0) first = times[0]!;
    for (const time of times) {
      if (time < last) throw new UnservableFileError('its records are not in the order of time');
      if (time >= nextDay) {
        dates.add(utcDate(time));
        nextDay = (time / DAY_NS + 1n) * DAY_NS;
      }
      last = time;
    }
    for (const publisher of column('publisher_id') as Uint16Array) publishers.add(publisher);
    if (schema.name === 'definition') listings.push(...listingsOfDefinitions(times, column));
    count += block.count;
    stride = block.stride;
  }
  if (count === 0) throw new UnservableFileError('it has no records');
  return { path, metadata, schema, stride, count, first, last, publishers, dates, listings };
}

/** The range that was asked for when the file was made, widened to what it holds. */
export function rangeOfFile({ metadata, first, last }: FileIndex): TimeRange {
  const end = metadata.end ?? last + 1n;
  return {
    start: metadata.start > 0n && metadata.start < first ? metadata.start : first,
    end: end > last ? end : last + 1n,
  };
}
