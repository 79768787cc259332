import { Problem } from './problem.js';

/** The place in its stream of the last event that a client has; 0 if it has none. @throws Problem */
export function readLastEventId(header: string | undefined): number {
  if (header === undefined || header === '') return 0;
  if (/^\d{1,15}$/.test(header)) return Number(header);
  throw new Problem(
    'invalid-parameters',
    'Last-Event-ID is not the id of an event',
    'Send the id of the last event that you have, or leave the header out to get all.',
  );
}
