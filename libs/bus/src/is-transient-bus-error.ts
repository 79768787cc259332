import { JetStreamApiError } from '@nats-io/jetstream';
import {
  AuthorizationError,
  ClosedConnectionError,
  InvalidArgumentError,
  InvalidSubjectError,
  PermissionViolationError,
} from '@nats-io/nats-core';

/** Codes of the server's answers that pass: no leader, stream full, too few resources, timeouts. */
const PASSING_CODES = new Set([503, 10_008, 10_023, 10_047, 10_074, 10_077, 10_104, 10_118]);

const LASTING = [
  AuthorizationError,
  ClosedConnectionError,
  InvalidArgumentError,
  InvalidSubjectError,
  PermissionViolationError,
];

/**
 * Whether trying again may help. During elections and restarts the client reports time-outs, missing
 * responders and "JetStream not enabled", so all but a clear refusal counts as passing.
 */
export function isTransientBusError(error: unknown): boolean {
  if (error instanceof JetStreamApiError) return PASSING_CODES.has(error.code);
  return !LASTING.some((kind) => error instanceof kind);
}
