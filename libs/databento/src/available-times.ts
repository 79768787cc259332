import { parseTimestamp } from '@tapeline/records';
import type { DatabentoErrorDetails } from './databento-error.js';

type Payload = DatabentoErrorDetails['payload'];

const TIME = /^'?(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:?\d{2}))/;
/** What stands before the end in the messages of refusals. */
const MARKS = [/end time before\s+/i, /available up to\s+/i, /data after\s+/i];

/**
 * The end of what may be asked for, ns since epoch: from the payload, else from the message, which for two
 * kinds of refusal is the only place that has it. Null where neither says it.
 */
export function findAvailableEnd(payload: Payload, message: string): bigint | null {
  const fromPayload = readTime(payload?.available_end);
  if (fromPayload !== null) return fromPayload;
  for (const mark of MARKS) {
    const at = mark.exec(message);
    const time = at && TIME.exec(message.slice(at.index + at[0].length));
    if (time) return readTime(time[1]);
  }
  return null;
}

/** The beginning of what may be asked for, ns since epoch; null if the payload does not say it. */
export const findAvailableStart = (payload: Payload): bigint | null =>
  readTime(payload?.available_start);

function readTime(value: unknown): bigint | null {
  if (typeof value !== 'string') return null;
  try {
    return parseTimestamp(value);
  } catch {
    return null;
  }
}
