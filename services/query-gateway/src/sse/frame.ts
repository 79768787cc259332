/** What is sent first: how long a client waits before it connects again, ms. */
export const PREAMBLE = 'retry: 2000\n\n';

/** A comment, which clients pass over; it keeps proxies from taking a quiet stream for a dead one. */
export const HEARTBEAT = ':\n\n';

/** One Server-Sent Event. @param data text; each of its lines becomes one of the event's. */
export function frame(event: string, data: string, id?: number): string {
  const lines = data.split('\n').map((line) => `data: ${line}\n`);
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\n${lines.join('')}\n`;
}
