import { parseTimestamp } from '@tapeline/records';
import type { DatabentoError } from './databento-error.js';

/** Refusals that a smaller `end` cures. */
const CASES = new Set([
  'data_end_after_available_end',
  'dataset_unavailable_range',
  'license_not_found_unauthorized',
]);

const TIME = /\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})/;
const MARKS = [/end time before\s+'?/i, /available up to\s+'?/i, /data after\s+'?/i];

/**
 * The time, ns since epoch, to which the refused `end` may be lowered: from the payload, else from the
 * message, which for two cases is the only place that has it. Null if the error is about something else.
 */
export function availableEnd(error: DatabentoError): bigint | null {
  if (error.case === null || !CASES.has(error.case)) return null;
  const { available_end: fromPayload } = error.payload ?? {};
  if (typeof fromPayload === 'string') return parseTimestamp(fromPayload);
  for (const mark of MARKS) {
    const at = mark.exec(error.message);
    const rest = at ? error.message.slice(at.index + at[0].length) : '';
    const time = TIME.exec(rest);
    if (time?.index === 0) return parseTimestamp(time[0]);
  }
  return null;
}
