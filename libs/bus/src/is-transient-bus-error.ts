import { JetStreamApiError } from '@nats-io/jetstream';
import {
  AuthorizationError,
  ClosedConnectionError,
  InvalidArgumentError,
  InvalidSubjectError,
  PermissionViolationError,
} from '@nats-io/nats-core';

/** Refusals of the server that pass, by its error code. */
const PASSING_CODES = new Set([
  10_002, // limits of the account reached
  10_004, // cluster answered incompletely
  10_005, // no servers for a replica yet
  10_007, // not assigned to this server yet
  10_008, // temporarily unavailable
  10_009, // no leader
  10_023, // insufficient resources
  10_028, // memory full
  10_047, // disk full
  10_075, // peers being mapped anew
  10_076, // JetStream not up yet
  10_077, // stream full
  10_118, // stream offline
  10_119, // consumer offline
  10_167, // too many requests
]);

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
