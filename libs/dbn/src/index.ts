/** DBN versions 1–3 to and from columns, metadata, and zstd frames. No I/O: sources are iterables. */
export { compressFrames } from './compress-frames.js';
export { DbnDecoder } from './dbn-decoder.js';
export type { DbnDecoderOptions, RecordBlock } from './dbn-decoder.js';
export { DbnError } from './dbn-error.js';
export type { DbnErrorCode, DbnErrorDetails } from './dbn-error.js';
export { DbnStream } from './dbn-stream.js';
export { decodeMetadata } from './decode-metadata.js';
export { decodeRecords, readColumn } from './decode-records.js';
export type { DecodeOptions } from './decode-records.js';
export { decompress } from './decompress.js';
export { encodeMetadata } from './encode-metadata.js';
export { encodeRecords } from './encode-records.js';
export { readPrelude } from './metadata.js';
export type { DbnMetadata, SymbolMapping } from './metadata.js';
export { STYPES } from './stypes.js';
export type { StypeName } from './stypes.js';
