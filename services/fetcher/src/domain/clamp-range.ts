import type { DatasetRange } from '@tapeline/databento';
import { formatTimestamp } from '@tapeline/records';
import { intersect } from './time-ranges.js';
import type { TimeRange } from './time-ranges.js';

/** Nothing of the request is in what the account may have. */
export class OutOfRangeError extends Error {
  readonly code = 'out_of_range';
  override readonly name = 'OutOfRangeError';
}

/**
 * Limits a range to what the account may have of a schema, which often begins later than its dataset.
 * @returns the range and, if it was lowered, a note that says so.
 * @throws OutOfRangeError
 */
export function clampRange(
  range: TimeRange,
  schema: string,
  available: DatasetRange,
): { readonly range: TimeRange; readonly note: string | null } {
  const held = available.schemas[schema] ?? available;
  const span = `${schema} is available from ${formatTimestamp(held.start)} to ${formatTimestamp(held.end)} (end excluded)`;
  const common = intersect(range, held);
  if (!common) throw new OutOfRangeError(`${span}; nothing of the request lies in it`);
  const isWhole = common.start === range.start && common.end === range.end;
  return { range: common, note: isWhole ? null : `${span}; the rest was left out` };
}
