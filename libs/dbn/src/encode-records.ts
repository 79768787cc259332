import { ORDINAL } from '@tapeline/records';
import type { ColumnarBatch, ColumnData, DbnVersion } from '@tapeline/records';
import type { RawRecords } from './raw-records.js';
import { retiredFields } from './retired-fields.js';
import { writeField } from './write-field.js';

/**
 * The batch as records of a DBN version, without metadata and `ts_out`; ordinals are left out. Fields
 * that version 3 dropped are written as "not set", reserved bytes as zero.
 * @throws DbnError not_representable if the version has no room for a value.
 */
export function encodeRecords(batch: ColumnarBatch, version: DbnVersion): Uint8Array<ArrayBuffer> {
  const { schema } = batch;
  const stride = schema.recordSize[version];
  const bytes = new Uint8Array(batch.length * stride);
  const records: RawRecords = {
    bytes,
    halves: new Uint16Array(bytes.buffer),
    words: new Uint32Array(bytes.buffer),
    count: batch.length,
    stride,
  };
  writeHeaders(records, schema.rtype);
  for (const { offset, unset } of retiredFields(schema.name, version)) {
    for (let start = offset; start < bytes.length; start += stride) bytes.set(unset, start);
  }
  schema.columns.forEach((column, index) => {
    if (column.name === ORDINAL) return;
    writeField(column, column.wire[version], batch.columns[index] as ColumnData, records);
  });
  return bytes;
}

/** Length in words and rtype; the rest of a header are columns. */
function writeHeaders({ halves, stride, count }: RawRecords, rtype: number): void {
  const header = (stride / 4) | (rtype << 8);
  const step = stride / 2;
  for (let row = 0, at = 0; row < count; row++, at += step) halves[at] = header;
}
