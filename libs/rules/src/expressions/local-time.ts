import { NumberVector, WORD } from './number-vector.js';
import type { Scratch } from './scratch.js';
import { ZoneOffsets } from './zone-offsets.js';

/** Times in a zone: days since 1970-01-01 there, and nanoseconds since midnight by the clock on the wall. */
export interface LocalTimes {
  readonly days: NumberVector;
  readonly clock: NumberVector;
}

const DAY = 86_400_000_000_000;
const DAY_HIGH = Math.floor(DAY / WORD);
const DAY_LOW = DAY - DAY_HIGH * WORD;
const SECOND = 1_000_000_000;
const DAY_SECONDS = 86_400;

/** Local days and clock times of a vector of timestamps. Temporal is asked once for each change of offset. */
export function localTimes(times: NumberVector, zone: string, scratch: Scratch): LocalTimes {
  const { low, high } = times.pairs();
  const { nulls, length } = times;
  const offsets = ZoneOffsets.of(zone);
  const days = scratch.floats();
  const clock = scratch.floats();
  let period = { start: 0, end: 0, offset: 0 };
  for (let row = 0; row < length; row++) {
    if (nulls?.[row] === 1) {
      days[row] = 0;
      clock[row] = 0;
      continue;
    }
    const top = high[2 * row + 1]!;
    const rest = low[2 * row]!;
    // The quotient may be one too great or too small at midnight. The rest is exact, since each part is below 2^53,
    // and may lie outside the day: what follows is right for that too.
    const day = Math.floor((top * WORD + rest) / DAY);
    const inDay = (top - day * DAY_HIGH) * WORD + (rest - day * DAY_LOW);
    const seconds = Math.floor(inDay / SECOND);
    const utc = day * DAY_SECONDS + seconds;
    if (utc < period.start || utc >= period.end) period = offsets.around(utc);
    const local = utc + period.offset;
    const localDay = Math.floor(local / DAY_SECONDS);
    days[row] = localDay;
    clock[row] = (local - localDay * DAY_SECONDS) * SECOND + (inDay - seconds * SECOND);
  }
  return {
    days: NumberVector.floats(scratch, length, days, nulls),
    clock: NumberVector.floats(scratch, length, clock, nulls),
  };
}
