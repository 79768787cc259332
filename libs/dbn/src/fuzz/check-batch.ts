import { ColumnarBatch } from '@tapeline/records';
import type { RecordDescription } from '@tapeline/records';
import type { DbnBatch } from '../dbn-batch.js';
import { DbnError } from '../dbn-error.js';
import { encodeRecords } from '../encode-records.js';
import type { DbnMetadata } from '../metadata.js';
import { encodeCsv } from '../text/encode-csv.js';
import { encodeJson } from '../text/encode-json.js';
import type { Random } from './draw.js';
import { textsOf } from './record-facts.js';
import type { ExpectedRecord } from './reference-decode.js';
import { FuzzFailure, requireEqual } from './require-equal.js';

type Batch = ColumnarBatch<RecordDescription>;

/**
 * One batch against its records of the input: where they are, what they are, their bytes, and what its
 * columns, objects and texts say of them. Texts, objects and writing back only sometimes, for speed.
 * @returns whether all of its texts are ended.
 * @throws FuzzFailure
 */
export function checkBatch(
  batch: DbnBatch,
  records: readonly ExpectedRecord[],
  bytes: Uint8Array,
  metadata: DbnMetadata,
  random: Random,
): boolean {
  requireEqual(records.length, batch.length, 'records in the batch');
  const { block } = batch;
  for (const [row, { index, offset, size, rtype, name }] of records.entries()) {
    const actual = [
      block.firstIndex + row,
      block.offset + row * block.stride,
      block.stride,
      block.rtype,
      batch.description.name,
    ];
    requireEqual(actual, [index, offset, size, rtype, name], 'a record');
  }
  const source = bytes.subarray(block.offset, block.offset + block.bytes.length);
  requireEqual(Buffer.compare(block.bytes, source), 0, "the record's bytes");
  const columns = columnsOf(batch, records);
  if (!columns) return false;
  checkHeaders(columns, records, bytes, metadata.tsOut);
  if (random() < 0.25 && batch.description.version !== null) writeBack(batch, columns, source);
  if (random() < 0.1) checkObjects(batch, columns);
  if (random() < 0.1) checkText(columns, random() < 0.5);
  return true;
}

/** Undefined where a text has no end, and rightly so. */
function columnsOf(batch: DbnBatch, records: readonly ExpectedRecord[]): Batch | undefined {
  const badTexts = records.flatMap(({ index, badTexts }) => badTexts.map((at) => `${index}@${at}`));
  try {
    const columns = batch.columns();
    requireEqual(badTexts, [], 'texts without an end');
    return columns;
  } catch (error) {
    if (!(error instanceof DbnError)) throw error;
    requireEqual(error.code, 'bad_string', 'why columns are refused');
    const place = `${error.recordIndex}@${error.offset}`;
    if (!badTexts.includes(place)) throw new FuzzFailure(`the text ${place} has an end`);
    return undefined;
  }
}

function checkHeaders(
  columns: Batch,
  records: readonly ExpectedRecord[],
  bytes: Uint8Array,
  tsOut: boolean,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const publishers = columns.column('publisher_id');
  const instruments = columns.column('instrument_id');
  const times = columns.column('ts_event');
  const sent = tsOut ? columns.column('ts_out') : undefined;
  for (const [row, { index, offset, size }] of records.entries()) {
    const same =
      publishers[row] === view.getUint16(offset + 2, true) &&
      instruments[row] === view.getUint32(offset + 4, true) &&
      times[row] === view.getBigUint64(offset + 8, true) &&
      sent?.[row] === (sent && view.getBigUint64(offset + size - 8, true)) &&
      columns.ordinals()[row] === index;
    if (!same) throw new FuzzFailure(`the header of record ${index} was read as something else`);
  }
}

/** What was read as it is gives its bytes again: except of longer records, and behind the NUL of a text. */
function writeBack(batch: DbnBatch, columns: Batch, source: Uint8Array): void {
  const { description, version, block } = batch;
  if (block.stride !== description.recordSize[version]) return;
  const expected = new Uint8Array(source);
  for (let at = 0; at < expected.length; at += block.stride) {
    for (const [text, width] of textsOf(block.rtype, version)) {
      const field = expected.subarray(at + text, at + text + width);
      field.fill(0, field.indexOf(0));
    }
  }
  const written = encodeRecords(columns, version);
  requireEqual(Buffer.compare(written, expected), 0, 'the records written back');
}

function checkObjects(batch: DbnBatch, columns: Batch): void {
  const times = columns.column('ts_event');
  let row = 0;
  for (const record of batch.records()) {
    const time = record['ts_event'] ?? 2n ** 64n - 1n;
    requireEqual(time, times[row++], 'ts_event of an object');
  }
  requireEqual(row, batch.length, 'objects');
}

function checkText(columns: Batch, isPretty: boolean): void {
  const options = { prettyPx: isPretty, prettyTs: isPretty };
  const csv = encodeCsv(columns, options);
  if (csv.split('\n').length <= columns.length) throw new FuzzFailure('CSV lacks lines');
  const lines = encodeJson(columns, options).split('\n');
  requireEqual(lines.pop(), '', 'the end of JSON lines');
  const ids = lines.map(
    (line) => (JSON.parse(line) as { hd: { instrument_id: number } }).hd.instrument_id,
  );
  requireEqual(ids, [...columns.column('instrument_id')], 'instruments of JSON lines');
}
