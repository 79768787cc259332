/** A column of an answer. */
export interface SqlColumn {
  readonly name: string;
  /** As PostgreSQL names it: `int8`, `numeric`, `timestamptz`. */
  readonly type: string;
}

/** What a statement gave: each value as PostgreSQL writes it, which is exact. */
export interface SqlAnswer {
  readonly columns: readonly SqlColumn[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** Whether there are more rows than were wanted. */
  readonly isCut: boolean;
}

export interface SqlLimits {
  readonly rows: number;
  /** As they come from the server. */
  readonly bytes: number;
  readonly milliseconds: number;
}

/** A statement that the server refuses: the fault is the statement's. */
export class SqlError extends Error {
  override readonly name = 'SqlError';

  /**
   * @param code SQLSTATE.
   * @param position of the fault in the statement, from 1.
   */
  constructor(
    message: string,
    readonly code: string,
    readonly position: number | undefined,
    readonly hint: string | undefined,
    options: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** An answer with more bytes than were allowed. */
export class SqlTooLargeError extends Error {
  override readonly name = 'SqlTooLargeError';
}

/** A login that could do more than read; no statement of others is run by it. */
export class UnsafeSqlRoleError extends Error {
  override readonly name = 'UnsafeSqlRoleError';
}
