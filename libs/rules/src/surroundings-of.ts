import type { Lookups, Surroundings } from './expressions/index.js';
import type { RuleSet } from './rule-set/rule-set.js';

/** What rules may ask beside a batch of a dataset: its market's calendar, and look-ups. */
export function surroundingsOf(
  { calendars }: RuleSet,
  dataset: string,
  lookups: Lookups = {},
): Surroundings {
  const calendar = calendars.get(dataset);
  return calendar ? { calendar, lookups } : { lookups };
}
