import { createReadStream } from 'node:fs';
import { DbnStream, readColumn } from '@tapeline/dbn';
import type { RecordQuery, TimeRange } from '../domain/market-source.js';
import type { FileIndex } from './index-file.js';

/** Records of one file that a query wants, in the file's own version. */
export interface FileBlock {
  readonly file: FileIndex;
  readonly times: BigUint64Array;
  readonly bytes: Uint8Array;
}

/** The wanted records of a file, block by block. Leaving early closes the file. */
export async function* readRecords(file: FileIndex, query: RecordQuery): AsyncGenerator<FileBlock> {
  const { schema, stride, metadata } = file;
  const stream = await DbnStream.open(createReadStream(file.path));
  for await (const { bytes } of stream.blocks()) {
    const column = (name: string) => readColumn(schema, name, metadata.version, bytes, stride);
    const times = column(schema.indexColumn) as BigUint64Array;
    if (times[0]! >= query.end) return;
    if (times.at(-1)! < query.start) continue;
    const ids = column('instrument_id') as Uint32Array;
    const rows = wantedRows(times, ids, query);
    if (rows.length === times.length) yield { file, times, bytes };
    else if (rows.length > 0) yield { file, ...takeRows(rows, times, bytes, stride) };
  }
}

function wantedRows(times: BigUint64Array, ids: Uint32Array, query: RecordQuery): number[] {
  const rows: number[] = [];
  for (let row = 0; row < times.length; row++) {
    const time = times[row]!;
    if (!contains(query, time)) continue;
    const spans = query.selection ? query.selection.get(ids[row]!) : [query];
    if (spans?.some((span) => contains(span, time))) rows.push(row);
  }
  return rows;
}

const contains = ({ start, end }: TimeRange, time: bigint): boolean => time >= start && time < end;

function takeRows(
  rows: readonly number[],
  times: BigUint64Array,
  bytes: Uint8Array,
  stride: number,
) {
  const taken = new Uint8Array(rows.length * stride);
  rows.forEach((row, index) => {
    taken.set(bytes.subarray(row * stride, (row + 1) * stride), index * stride);
  });
  return { times: BigUint64Array.from(rows, (row) => times[row]!), bytes: taken };
}
