/** Classes and codes of PostgreSQL that pass: connection, shutdown, resources, locks, read-only. */
const PASSING = /^(08|53|57P0[1-5]|25P0[34]|28P01|40001|40P01|55P03|25006)/;
const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
const LOST =
  /Connection terminated|connection timeout|timeout exceeded|timeout expired|Client has encountered|not queryable/i;

/** What a service says of an error while the database is away; undefined of any other. */
export function databaseOutage(error: unknown): string | undefined {
  if (!isUnavailable(error)) return undefined;
  return `the database is away: ${error instanceof Error ? error.message : String(error)}`;
}

/** Whether an error means that the database is away for now, so that the same will work later. */
export function isUnavailable(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  // Node reports a host with several addresses as one error of several.
  const { code, message, errors } = error as {
    code?: unknown;
    message?: unknown;
    errors?: unknown;
  };
  if (Array.isArray(errors) && errors.some(isUnavailable)) return true;
  return (
    (typeof code === 'string' && (PASSING.test(code) || NETWORK.has(code))) ||
    (typeof message === 'string' && LOST.test(message))
  );
}
