/**
 * Something is away for now: the database, the vendor, the bus. The message is tried again for as long
 * as it takes and never becomes a dead letter for it.
 */
export class TransientError extends Error {
  readonly code = 'transient';
  override readonly name = 'TransientError';
}

/** What others have to do first has not been done yet. The service itself is well meanwhile. */
export class NotYetError extends TransientError {}
