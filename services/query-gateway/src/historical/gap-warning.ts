import { formatTimestamp } from '@tapeline/records';
import type { Missing } from '@tapeline/storage';

/** Gaps that one warning names: headers have little room. */
const MOST_NAMED = 8;

/** Says which parts of a range are not held. */
export function gapWarning(missing: readonly Missing[]): string {
  const gaps = missing
    .slice(0, MOST_NAMED)
    .map(
      ({ symbol, start, end }) =>
        `${symbol} from ${formatTimestamp(start)} to ${formatTimestamp(end)}`,
    );
  const others = missing.length - gaps.length;
  return `not held here, and so not sent: ${gaps.join('; ')}${others > 0 ? `; and ${others} more` : ''}`;
}
