/** What went wrong; see the message for where and for what to do. */
export type DbnErrorCode =
  /** Not DBN: the bytes begin with something else. */
  | 'bad_magic'
  | 'unsupported_version'
  /** The format of 2022, before DBN. */
  | 'legacy_dbz'
  /** The input ended inside the metadata or a record. */
  | 'truncated'
  /** The compressed input ended inside a frame. */
  | 'truncated_zstd'
  | 'corrupt_zstd'
  /** A record, or the metadata, has an impossible length. */
  | 'bad_length'
  | 'metadata_too_large'
  /** The metadata contradict themselves. */
  | 'bad_metadata'
  /** A record is of another kind or length than the schema and version say. */
  | 'wrong_record'
  /** A record of a kind that no description knows. */
  | 'unknown_rtype'
  /** A text field has no terminating NUL. */
  | 'bad_string'
  /** A value that the wanted version has no room for. */
  | 'not_representable';

export interface DbnErrorDetails {
  readonly offset?: number;
  readonly recordIndex?: number;
  readonly rtype?: number;
  readonly cause?: unknown;
}

/**
 * Bytes that are no DBN, or values that do not fit into it. Its classes tell what to do:
 * {@link DbnTruncatedError} get the rest, {@link DbnUnsupportedError} use another tool or option,
 * {@link DbnCorruptError} get the whole again, {@link DbnEncodeError} write another version.
 */
export abstract class DbnError<C extends DbnErrorCode = DbnErrorCode> extends Error {
  /** Byte at which the offending item begins, counted in the uncompressed stream or given bytes. */
  readonly offset: number | undefined;
  /** Position of the offending record, from 0, in the stream or batch. */
  readonly recordIndex: number | undefined;
  /** The offending record's type, where it is known. */
  readonly rtype: number | undefined;

  constructor(
    readonly code: C,
    message: string,
    details: DbnErrorDetails = {},
  ) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.offset = details.offset;
    this.recordIndex = details.recordIndex;
    this.rtype = details.rtype;
  }
}

/** The input ends too early. What came before is whole. */
export class DbnTruncatedError extends DbnError<'truncated' | 'truncated_zstd'> {
  override readonly name = 'DbnTruncatedError';
}

/** The input may be sound, but is of a kind that is not read, or not with these options. */
export class DbnUnsupportedError extends DbnError<
  'unsupported_version' | 'legacy_dbz' | 'metadata_too_large' | 'unknown_rtype'
> {
  override readonly name = 'DbnUnsupportedError';
}

/** The input is no DBN, contradicts itself, or is not what was said to be in it. */
export class DbnCorruptError extends DbnError<
  'bad_magic' | 'bad_length' | 'bad_metadata' | 'bad_string' | 'wrong_record' | 'corrupt_zstd'
> {
  override readonly name = 'DbnCorruptError';
}

/** A value has no room in the version to be written. */
export class DbnEncodeError extends DbnError<'not_representable'> {
  override readonly name = 'DbnEncodeError';

  constructor(message: string, details: DbnErrorDetails = {}) {
    super('not_representable', message, details);
  }
}
