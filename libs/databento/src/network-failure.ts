import type { DatabentoError } from './databento-error.js';
import { ConnectionError, TimeoutError } from './network-errors.js';
import type { Timeouts } from './client-options.js';

/** A call that brought no headers. */
export interface UnansweredCall {
  readonly method: string;
  /** Without path and query. */
  readonly origin: string;
  readonly timeouts: Timeouts;
  readonly redact: (text: string) => string;
}

/** Codes of certificates that are not trusted; they come before anything is sent. */
const CERTIFICATE = /^(ERR_TLS_CERT|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_)/;
/** Codes of servers that speak no TLS. */
const TLS = /^(ERR_SSL_|EPROTO$)/;
/** Codes of calls that could not even begin. */
const NOT_BEGUN = /^UND_ERR_(CLOSED|DESTROYED|INVALID_ARG)$/;

/**
 * Puts what undici or the system throws into words. Says `connect` only where it is certain that nothing
 * was sent.
 */
export function networkFailure(call: UnansweredCall, error: unknown): DatabentoError {
  const { method, origin, timeouts } = call;
  const { code, message } = outermost(error);
  const cause = plainCause(error, call.redact);
  if (code === 'UND_ERR_CONNECT_TIMEOUT') {
    return new TimeoutError(
      `${method}: no connection to ${origin} within ${timeouts.connectMs} ms (timeouts.connectMs); check the network and the base URL`,
      { status: null, retryable: true, stage: 'connect', cause },
    );
  }
  if (code === 'UND_ERR_HEADERS_TIMEOUT') {
    return new TimeoutError(
      `${method}: no answer from ${origin} within ${timeouts.headersMs} ms (timeouts.headersMs); try again, or ask for less`,
      { status: null, retryable: true, stage: 'headers', cause },
    );
  }
  const isDistrusted = CERTIFICATE.test(code);
  const advice =
    isDistrusted || TLS.test(code)
      ? 'check the base URL; NODE_EXTRA_CA_CERTS adds the certificate of a proxy'
      : 'check the network and the base URL';
  const reason = call.redact(message || code);
  return new ConnectionError(`${method} had no answer from ${origin}: ${reason}; ${advice}`, {
    status: null,
    retryable: !isDistrusted && !TLS.test(code) && !NOT_BEGUN.test(code),
    stage: isDistrusted || NOT_BEGUN.test(code) || isUnsent(error) ? 'connect' : 'request',
    cause,
  });
}

/** Whether the connection itself failed, at each of the host's addresses. */
function isUnsent(error: unknown): boolean {
  const { syscall, errors } = error as NodeJS.ErrnoException & Partial<AggregateError>;
  if (Array.isArray(errors)) return errors.every(isUnsent);
  return syscall === 'connect' || syscall === 'getaddrinfo';
}

/**
 * The error without what hangs on it: a parser's error holds the bytes received, which may be an echo of
 * what was sent.
 */
export function plainCause(error: unknown, redact: (text: string) => string): Error {
  const { name, code, message } = outermost(error);
  const plain = new Error(redact(message || code));
  return Object.assign(plain, { name, ...(code !== '' && { code }) });
}

function outermost(error: unknown): { name: string; code: string; message: string } {
  const { name, message, code } = Object(error) as Partial<NodeJS.ErrnoException>;
  return { name: name ?? 'Error', message: message ?? String(error), code: code ?? '' };
}
