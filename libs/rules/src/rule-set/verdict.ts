import type { RuleOutcome } from '@tapeline/contracts';
import type { ColumnarBatch } from '@tapeline/records';
import { selectRows } from '../select-rows.js';
import { MOST_EXAMPLES, outcomeOf } from './outcome.js';
import type { ValidationResult } from './rule-set.js';

interface Refusal {
  readonly rule: string;
  readonly reason: string;
}

/** What the rules found about the records of one batch so far. */
export class Verdict {
  /** 1 at each row that is refused. */
  readonly isRefused: Uint8Array;
  /** Of each refused row. */
  readonly #refusals = new Map<number, Refusal>();
  readonly #outcomes: { readonly order: number; readonly outcome: RuleOutcome }[] = [];

  constructor(readonly batch: ColumnarBatch) {
    this.isRefused = new Uint8Array(batch.length);
  }

  get refused(): number {
    return this.#refusals.size;
  }

  /** Refuses rows that no rule refused before. @param order of the rule among all. */
  refuse(order: number, rule: string, rows: Uint32Array, reasons: readonly string[]): void {
    rows.forEach((row, index) => {
      this.isRefused[row] = 1;
      this.#refusals.set(row, { rule, reason: reasons[index]! });
    });
    this.#add(order, rule, 'error', rows, reasons);
  }

  /** Flags rows, which are stored all the same. */
  flag(
    order: number,
    rule: string,
    severity: 'warn' | 'info',
    rows: Uint32Array,
    examples: readonly string[],
  ): void {
    this.#add(order, rule, severity, rows, examples);
  }

  /** Rows that no rule refused. */
  accepted(): Uint32Array {
    return selectRows(this.isRefused, 0);
  }

  result(): ValidationResult {
    const { batch } = this;
    const outcomes = this.#outcomes
      .toSorted((a, b) => a.order - b.order)
      .map(({ outcome }) => outcome);
    if (this.#refusals.size === 0) {
      return { accepted: batch, refused: batch.slice(0, 0), rules: [], reasons: [], outcomes };
    }
    const rows = selectRows(this.isRefused, 1);
    const refusals = Array.from(rows, (row) => this.#refusals.get(row)!);
    return {
      accepted: batch.take(this.accepted()),
      refused: batch.take(rows),
      rules: refusals.map(({ rule }) => rule),
      reasons: refusals.map(({ reason }) => reason),
      outcomes,
    };
  }

  #add(
    order: number,
    rule: string,
    severity: RuleOutcome['severity'],
    rows: Uint32Array,
    reasons: readonly string[],
  ): void {
    if (rows.length === 0) return;
    const examples = reasons.slice(0, MOST_EXAMPLES);
    const outcome = outcomeOf(
      { stage: 'validate', rule, severity },
      this.batch.ordinals(),
      rows,
      examples,
    );
    this.#outcomes.push({ order, outcome });
  }
}
