import type { RuleOutcome } from '@tapeline/contracts';

/** Reasons that are kept as examples of what a rule did. */
export const MOST_EXAMPLES = 5;

/** The positions of records as half-open ranges. @param rows ascending, of records in order of their positions. */
function rangesOf(ordinals: Uint32Array, rows: ArrayLike<number>): [number, number][] {
  const ranges: [number, number][] = [];
  let last: [number, number] | undefined;
  for (let index = 0; index < rows.length; index++) {
    const ordinal = ordinals[rows[index]!]!;
    if (last?.[1] === ordinal) last[1]++;
    else ranges.push((last = [ordinal, ordinal + 1]));
  }
  return ranges;
}

/** What a rule did to the records at some rows. */
export const outcomeOf = (
  rule: Pick<RuleOutcome, 'stage' | 'rule' | 'severity'>,
  ordinals: Uint32Array,
  rows: ArrayLike<number>,
  examples: string[],
): RuleOutcome => ({
  ...rule,
  records: rows.length,
  ordinals: rangesOf(ordinals, rows),
  examples,
});
