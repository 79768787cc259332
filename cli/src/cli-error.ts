/** A failure that the user can act on: printed as one message, without a stack, exit code 1. */
export class CliError extends Error {
  override readonly name = 'CliError';
}
