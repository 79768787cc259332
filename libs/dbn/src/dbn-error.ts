/** What went wrong; see the message for where and for what to do. */
export type DbnErrorCode =
  /** Not DBN: the bytes begin with something else. */
  | 'bad_magic'
  | 'unsupported_version'
  /** The input ended inside the metadata or a record. */
  | 'truncated'
  /** A record, or the metadata, has an impossible length. */
  | 'bad_length'
  | 'metadata_too_large'
  /** The metadata contradict themselves. */
  | 'bad_metadata'
  /** A record is of another kind or length than the schema and version say. */
  | 'wrong_record'
  /** A text field has no terminating NUL. */
  | 'bad_string'
  /** A value that the wanted version has no room for. */
  | 'not_representable'
  | 'truncated_zstd'
  | 'corrupt_zstd'
  /** The format of 2022, before DBN. */
  | 'legacy_dbz';

export interface DbnErrorDetails {
  readonly offset?: number;
  readonly recordIndex?: number;
  readonly cause?: unknown;
}

/** Bytes that are no DBN, or values that do not fit into it. Retrying with the same input is useless. */
export class DbnError extends Error {
  override readonly name = 'DbnError';
  /** Byte at which the offending item begins, counted in the uncompressed stream or given bytes. */
  readonly offset: number | undefined;
  /** Position of the offending record, from 0, in the stream or batch. */
  readonly recordIndex: number | undefined;

  constructor(
    readonly code: DbnErrorCode,
    message: string,
    details: DbnErrorDetails = {},
  ) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.offset = details.offset;
    this.recordIndex = details.recordIndex;
  }
}
