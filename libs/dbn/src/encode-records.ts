import { allocateColumn, ORDINAL } from '@tapeline/records';
import type { ColumnarBatch, ColumnData, DbnVersion, RecordDescription } from '@tapeline/records';
import { DbnEncodeError } from './dbn-error.js';
import { writeColumn } from './write-field.js';
import type { RecordMemory } from './write-field.js';

/**
 * The batch as records of a DBN version, without metadata; ordinals are left out. A batch decoded `asIs`
 * gives back its bytes; of canonical records the fields that version 3 dropped are written as "not set", and
 * reserved bytes as zero.
 * @throws DbnEncodeError if the version has no room for a value, or is not the batch's own.
 */
export function encodeRecords(
  batch: ColumnarBatch<RecordDescription>,
  version: DbnVersion,
): Uint8Array<ArrayBuffer> {
  const description = batch.schema;
  if (description.version !== null && description.version !== version) {
    throw new DbnEncodeError(
      `records decoded as they are in version ${description.version} cannot be written as version ` +
        `${version}; decode them upgraded`,
    );
  }
  const stride = description.recordSize[version];
  const bytes = new Uint8Array(batch.length * stride);
  const records: RecordMemory = {
    bytes,
    halves: new Uint16Array(bytes.buffer),
    words: new Uint32Array(bytes.buffer),
    count: batch.length,
    stride,
  };
  writeHeaders(records, description.rtype);
  for (const { column } of description.retired) {
    if (!column.wire[version]) continue;
    const unset = allocateColumn(column, batch.length);
    if (unset instanceof BigInt64Array) unset.fill(column.absentValue);
    else (unset as Uint8Array).fill(Number(column.absentValue));
    writeColumn(batch, column, version, unset, records);
  }
  description.columns.forEach((column, index) => {
    if (column.name === ORDINAL) return;
    writeColumn(batch, column, version, batch.columns[index] as ColumnData, records);
  });
  return bytes;
}

/** Length in words and rtype; the rest of a header are columns. */
function writeHeaders({ halves, stride, count }: RecordMemory, rtype: number): void {
  const header = (stride / 4) | (rtype << 8);
  const step = stride / 2;
  for (let row = 0, at = 0; row < count; row++, at += step) halves[at] = header;
}
