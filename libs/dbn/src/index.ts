/** DBN versions 1–3 to and from columns, metadata, text, and zstd frames. No I/O: sources are iterables. */
export { compressFrames } from './compress-frames.js';
export type { DbnBatch } from './dbn-batch.js';
export { DbnDecoder } from './dbn-decoder.js';
export type { DecoderOptions } from './dbn-decoder.js';
export {
  DbnCorruptError,
  DbnEncodeError,
  DbnError,
  DbnTruncatedError,
  DbnUnsupportedError,
} from './dbn-error.js';
export type { DbnErrorCode, DbnErrorDetails } from './dbn-error.js';
export { DbnStream } from './dbn-stream.js';
export { decodeMetadata } from './decode-metadata.js';
export { decodeRecords, readColumn } from './decode-records.js';
export type { DecodeOptions } from './decode-records.js';
export { decompress } from './decompress.js';
export { encodeMetadata } from './encode-metadata.js';
export { encodeRecords } from './encode-records.js';
export type { Fragment } from './fragment.js';
export { readPrelude } from './metadata.js';
export type { DbnMetadata, SymbolMapping } from './metadata.js';
export { recordObjects } from './record-objects.js';
export type { DbnRecord } from './record-objects.js';
export { RecordBlock } from './record-block.js';
export { STYPES } from './stypes.js';
export type { StypeName } from './stypes.js';
export { csvHeader, encodeCsv } from './text/encode-csv.js';
export { encodeJson } from './text/encode-json.js';
export type { TextOptions } from './text/text-options.js';
export { upgradeMetadata } from './upgrade-metadata.js';
