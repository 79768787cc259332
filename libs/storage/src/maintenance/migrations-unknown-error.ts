/** A database or a backup that a newer version of tapeline made. */
export class MigrationsUnknownError extends Error {
  readonly code = 'migrations_unknown';
  override readonly name = 'MigrationsUnknownError';

  constructor(readonly names: readonly string[]) {
    super(
      `this version of tapeline does not know ${names.join(', ')}: a newer one made it; install that or a newer one still`,
    );
  }
}
