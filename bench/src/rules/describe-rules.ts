import type { Comparison, RulesResult } from './bench-rules.js';

/** The result in words. */
export function describeRules(result: RulesResult): string {
  return [
    line('shipped rules of trades', result),
    line('with known definitions', result.with_definitions),
    `(medians of ${result.rounds} rounds of ${millions(result.trades_per_round)} M trades on one core, ${result.rules} rules)`,
  ].join('\n');
}

const line = (what: string, comparison: Comparison): string =>
  `${what}: ${millions(comparison.trades_per_s)} M trades/s, written by hand ` +
  `${millions(comparison.hand_written_trades_per_s)} M trades/s, ratio ${comparison.ratio_to_hand_written}`;

const millions = (count: number): string => (count / 1e6).toFixed(2);
