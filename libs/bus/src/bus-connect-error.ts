/** The bus's address is malformed, or its server does not take the user: waiting cannot help. */
export class BusConnectError extends Error {
  readonly code = 'bus_connect';
  override readonly name = 'BusConnectError';
}
