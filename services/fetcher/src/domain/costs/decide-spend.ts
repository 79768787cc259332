import type { Quote, Reason } from '@tapeline/contracts';

/** What bounds a job's cost, in US dollars. */
export interface SpendLimits {
  /** For one job, unless a person approves it. */
  readonly maxJobUsd: number;
  /** For all jobs of a UTC month. */
  readonly monthlyBudgetUsd: number;
}

/** What has been spent this month, and what jobs under way may still spend. */
export interface MonthSpend {
  readonly month: string;
  readonly spentUsd: number;
  readonly committedUsd: number;
}

export interface Hold {
  readonly reason: Reason;
  readonly message: string;
}

const dollars = (usd: number): string => `$${usd.toFixed(usd > 0 && usd < 0.01 ? 6 : 2)}`;

/**
 * Whether a job must wait for a person, and why; null if it may go on.
 * @param approvedUsd what a person has approved for it, if anybody has.
 */
export function decideSpend(
  quote: Quote,
  approvedUsd: number | null,
  limits: SpendLimits,
  month: MonthSpend,
): Hold | null {
  if (quote.usd === 0) return null;
  if (approvedUsd !== null && quote.usd <= approvedUsd) return null;
  const cost = `it is quoted at ${dollars(quote.usd)}`;
  if (approvedUsd !== null) {
    return {
      reason: 'over_job_limit',
      message: `${cost}, more than the ${dollars(approvedUsd)} that were approved`,
    };
  }
  if (quote.usd > limits.maxJobUsd) {
    return {
      reason: 'over_job_limit',
      message: `${cost}, more than the ${dollars(limits.maxJobUsd)} that a job may cost without approval`,
    };
  }
  const used = month.spentUsd + month.committedUsd;
  if (used + quote.usd <= limits.monthlyBudgetUsd) return null;
  return {
    reason: 'over_monthly_budget',
    message:
      `${cost}; with ${dollars(month.spentUsd)} spent and ${dollars(month.committedUsd)} under way that is ` +
      `more than the ${dollars(limits.monthlyBudgetUsd)} budgeted for ${month.month}`,
  };
}
