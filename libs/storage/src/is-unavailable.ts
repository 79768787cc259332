/** Classes and codes of PostgreSQL that pass: connection, shutdown, resources, locks, read-only. */
const PASSING = /^(08|53|57P0[1-5]|40001|40P01|55P03|25006)/;
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
  /Connection terminated|connection timeout|timeout exceeded|Client has encountered|not queryable/i;

/** Whether an error means that the database is away for now, so that the same will work later. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError && error.errors.some(isUnavailable)) return true;
  const code = 'code' in error ? String(error.code) : '';
  return PASSING.test(code) || NETWORK.has(code) || LOST.test(error.message);
}
