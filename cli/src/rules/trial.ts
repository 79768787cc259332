/** What rules do to records that are tried on them. */
import type { ColumnarBatch, SchemaName } from '@tapeline/records';
import type { RuleOutcome, RuleSet, Surroundings } from '@tapeline/rules';

const MOST_EXAMPLES = 3;

/** What one rule did to records of a schema. */
export interface RuleTally extends Pick<RuleOutcome, 'stage' | 'rule' | 'severity'> {
  records: number;
  /** Position of the first record concerned, and a few reasons. */
  readonly first: number;
  readonly examples: string[];
}

export interface SchemaTally {
  fetched: number;
  stored: number;
  filtered: number;
  quarantined: number;
  /** Rules that were true of some record, by name. */
  readonly rules: Map<string, RuleTally>;
}

export type Trial = Map<SchemaName, SchemaTally>;

/** Transforms and validates a batch as the services do, and adds what came of it. */
export function tryBatch(
  ruleSet: RuleSet,
  batch: ColumnarBatch,
  surroundings: Surroundings,
  trial: Trial,
): void {
  const { name } = batch.schema;
  const tally = trial.get(name) ?? emptyTally();
  trial.set(name, tally);
  const rules = ruleSet.schemas.get(name)!;
  const transformed = rules.transform(batch, surroundings);
  const validated = rules.validate(transformed.batch, surroundings);
  tally.fetched += batch.length;
  tally.stored += validated.accepted.length;
  tally.quarantined += validated.refused.length;
  tally.filtered += batch.length - transformed.batch.length;
  for (const outcome of [...transformed.outcomes, ...validated.outcomes]) {
    addOutcome(tally.rules, outcome);
  }
}

const emptyTally = (): SchemaTally => ({
  fetched: 0,
  stored: 0,
  filtered: 0,
  quarantined: 0,
  rules: new Map(),
});

function addOutcome(rules: Map<string, RuleTally>, outcome: RuleOutcome): void {
  const { stage, rule, severity, records, ordinals, examples } = outcome;
  const key = `${stage}.${rule}`;
  const known = rules.get(key);
  if (!known) {
    const first = ordinals[0]?.[0] ?? 0;
    const kept = examples.slice(0, MOST_EXAMPLES);
    rules.set(key, { stage, rule, severity, records, first, examples: kept });
    return;
  }
  known.records += records;
  known.examples.push(...examples.slice(0, MOST_EXAMPLES - known.examples.length));
}

/** The sums of several schemas. */
export function sumOf(trial: Trial): Omit<SchemaTally, 'rules'> {
  const sum = { fetched: 0, stored: 0, filtered: 0, quarantined: 0 };
  for (const tally of trial.values()) {
    sum.fetched += tally.fetched;
    sum.stored += tally.stored;
    sum.filtered += tally.filtered;
    sum.quarantined += tally.quarantined;
  }
  return sum;
}
