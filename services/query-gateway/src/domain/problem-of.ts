import { HttpException } from '@nestjs/common';
import { isUnavailable } from '@tapeline/storage';
import { Problem } from './problem.js';

const ROUTES =
  'GET /v1/timeseries, GET /v1/coverage, GET /v1/datasets, GET /v1/schemas, GET /v1/instruments, GET /v1/symbology/resolve, GET /v1/statistics/settlements, GET /v1/statistics/open-interest, GET /v1/jobs, GET /v1/jobs/<id>, GET /v1/jobs/<id>/events, POST /v1/jobs, GET /v1/stream, GET /v1/costs, GET /v1/quarantine, GET /v1/replays, GET /v1/findings, /healthz, /readyz';

/** Wrong password, no such database, no such table: the set-up is at fault, not the request. */
const SETUP_STATES: ReadonlySet<unknown> = new Set([
  '28000',
  '28P01',
  '3D000',
  '3F000',
  '42P01',
  '42501',
]);

/**
 * The problem that an error becomes. What an unexpected error says stays in the log: it may hold SQL.
 * @param incident names the log entry of an unexpected error.
 */
export function problemOf(error: unknown, incident: string): Problem {
  if (error instanceof Problem) return error;
  const status = clientStatus(error);
  if (status === 404) {
    return new Problem('unknown-route', 'no resource has this address', `There are ${ROUTES}.`);
  }
  if (status !== undefined) {
    const detail = (error as Error).message;
    const remedy = 'Send at most 1 MiB of JSON with content-type: application/json.';
    return new Problem('refused-request', detail, remedy, {}, { status });
  }
  if (isUnavailable(error)) {
    return new Problem(
      'database-unavailable',
      'the database cannot be reached or has no room for another connection',
      'Try again in a few seconds; /readyz says when it is back.',
      {},
      { cause: error },
    );
  }
  if (SETUP_STATES.has((error as { code?: unknown } | null)?.code)) {
    return new Problem(
      'database-unavailable',
      'the database refuses the gateway or has no tables yet',
      'Check the database URL, and start the writer once: it creates the tables.',
      {},
      { cause: error },
    );
  }
  return new Problem(
    'internal-error',
    'an unexpected error stopped the request',
    `Look for incident ${incident} in the gateway's log.`,
    { incident },
    { cause: error },
  );
}

/** The 4xx status of an error of Nest or Fastify. */
function clientStatus(error: unknown): number | undefined {
  const status =
    error instanceof HttpException
      ? error.getStatus()
      : (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}
