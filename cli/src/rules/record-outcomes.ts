import type { ColumnarBatch } from '@tapeline/records';
import type { RuleOutcome, SchemaRules, Surroundings } from '@tapeline/rules';

/** What became of a record, in words: `stored`, `filtered by RULE` or `quarantined by RULE`. */
export type RecordOutcome = string;

const STORED: RecordOutcome = 'stored';

export interface BatchOutcomes {
  /** Of each record of the batch. */
  readonly outcomes: readonly RecordOutcome[];
  readonly accepted: ColumnarBatch;
  /** Rows of the batch that are stored, in the order of `accepted`. */
  readonly storedRows: Uint32Array;
  /** Why a record is refused, by its row. */
  readonly reasons: ReadonlyMap<number, string>;
  /** What the rules did. */
  readonly ruleOutcomes: readonly RuleOutcome[];
}

/** Transforms and validates a batch, and says what became of each of its records. */
export function recordOutcomes(
  rules: SchemaRules,
  batch: ColumnarBatch,
  surroundings: Surroundings,
): BatchOutcomes {
  const transformed = rules.transform(batch, surroundings);
  const validated = rules.validate(transformed.batch, surroundings);
  const ordinals = batch.ordinals();
  const outcomes = Array<RecordOutcome>(batch.length).fill(STORED);
  const reasons = new Map<number, string>();
  for (const { rule, ordinals: ranges } of transformed.outcomes) {
    for (const [start, end] of ranges) {
      for (let row = rowOf(ordinals, start); row < batch.length && ordinals[row]! < end; row++) {
        outcomes[row] = `filtered by ${rule}`;
      }
    }
  }
  validated.refused.ordinals().forEach((ordinal, index) => {
    const row = rowOf(ordinals, ordinal);
    outcomes[row] = `quarantined by ${validated.rules[index]}`;
    reasons.set(row, validated.reasons[index]!);
  });
  const { accepted } = validated;
  const storedRows = accepted.ordinals().map((ordinal) => rowOf(ordinals, ordinal));
  const ruleOutcomes = [...transformed.outcomes, ...validated.outcomes];
  return { outcomes, accepted, storedRows, reasons, ruleOutcomes };
}

/** The first row whose ordinal is not below; ordinals ascend. */
function rowOf(ordinals: Uint32Array, ordinal: number): number {
  let [low, high] = [0, ordinals.length];
  // Without gaps the distance tells.
  const guess = ordinal - (ordinals[0] ?? 0);
  if (ordinals[guess] === ordinal) return guess;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ordinals[middle]! < ordinal) low = middle + 1;
    else high = middle;
  }
  return low;
}
