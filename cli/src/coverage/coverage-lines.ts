import type { CoverageRange } from './coverage-answer.js';

/** Days that a person reads as one: days without a session do not part what is before and after them. */
export interface CoverageLine {
  readonly state: CoverageRange['state'];
  /** First and last day, both included. */
  readonly first: string;
  readonly last: string;
  /** Days in the state. */
  readonly days: number;
  /** Days without a session among them. */
  readonly sessionless: number;
  readonly ranges: readonly CoverageRange[];
}

/** The ranges of a row as lines of a table. */
export function coverageLines(ranges: readonly CoverageRange[]): CoverageLine[] {
  const lines: CoverageLine[] = [];
  for (const range of ranges) {
    const gap = lines.at(-1);
    const before = gap?.state === 'no_session' ? lines.at(-2) : gap;
    if (before && range.state !== 'no_session' && isSame(before.ranges[0]!, range)) {
      const joined = [before, ...(gap && gap !== before ? [gap] : []), lineOf(range)];
      lines.splice(joined.length === 3 ? -2 : -1, 2, join(joined));
    } else if (gap && isSame(gap.ranges[0]!, range)) {
      lines[lines.length - 1] = join([gap, lineOf(range)]);
    } else {
      lines.push(lineOf(range));
    }
  }
  return lines;
}

/** Whether the same is said of both; of days without a session it does not matter which instrument had none. */
const isSame = (a: CoverageRange, b: CoverageRange): boolean =>
  a.state === b.state &&
  a.degraded === b.degraded &&
  a.stale === b.stale &&
  (a.state === 'no_session' || a.raw_symbol === b.raw_symbol);

function lineOf(range: CoverageRange): CoverageLine {
  const end = Temporal.PlainDate.from(range.end);
  return {
    state: range.state,
    first: range.start,
    last: end.subtract({ days: 1 }).toString(),
    days: Temporal.PlainDate.from(range.start).until(end, { largestUnit: 'days' }).days,
    sessionless: 0,
    ranges: [range],
  };
}

function join(parts: readonly CoverageLine[]): CoverageLine {
  const [first] = parts;
  const own = parts.filter(({ state }) => state === first!.state);
  const others = parts.filter(({ state }) => state !== first!.state);
  return {
    ...first!,
    last: parts.at(-1)!.last,
    days: own.reduce((sum, { days }) => sum + days, 0),
    sessionless: [
      ...own.map(({ sessionless }) => sessionless),
      ...others.map(({ days }) => days),
    ].reduce((sum, days) => sum + days, 0),
    ranges: own.flatMap(({ ranges }) => ranges),
  };
}
