import type { LoggerService } from '@nestjs/common';
import { trace } from '@opentelemetry/api';
import { pino } from 'pino';
import type { DestinationStream, Logger, LoggerOptions } from 'pino';

export type { Logger } from 'pino';

const SECRET_FIELDS = ['authorization', 'password', 'apiKey', 'api_key', 'DATABENTO_API_KEY'];

/** Passwords within addresses, and Databento's keys, wherever they stand in a line of JSON. */
const censor = (line: string): string =>
  line
    .replaceAll(/(\w+:\/\/)[^\s:/@"\\]*(:[^\s/@"\\]*)?@/g, '$1***@')
    .replaceAll(/\bdb-[A-Za-z0-9]{20,}/g, 'db-***');

/**
 * JSON lines, on standard output unless a destination is given; each carries the ids of the trace it
 * was written in, and none carries a password or a key.
 */
export function createLogger(
  service: string,
  level = 'info',
  destination: DestinationStream = pino.destination({ fd: 1, sync: true }),
): Logger {
  const options: LoggerOptions = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError },
    redact: { paths: SECRET_FIELDS.flatMap((name) => [name, `*.${name}`]), censor: '***' },
    hooks: { streamWrite: censor },
    mixin: () => {
      const span = trace.getActiveSpan()?.spanContext();
      return span ? { trace_id: span.traceId, span_id: span.spanId } : {};
    },
  };
  return pino(options, destination);
}

/** What a log needs of an error; other fields may hold connections with their secrets. */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack } = error;
  const code = 'code' in error ? { code: error.code } : {};
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
  // Node reports a failed connection to several addresses with an empty message.
  const errors =
    error instanceof AggregateError
      ? { errors: error.errors.map((one) => describeError(one)) }
      : {};
  return { name, message, ...code, stack, ...cause, ...errors };
}

/** Nest's own messages through pino. */
export class NestPinoLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}
  log(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }
  error(message: unknown, stack?: string, context?: string): void {
    this.logger.error({ context, stack }, String(message));
  }
  warn(message: unknown, context?: string): void {
    this.logger.warn({ context }, String(message));
  }
  debug(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }
  verbose(message: unknown, context?: string): void {
    this.logger.trace({ context }, String(message));
  }
}
