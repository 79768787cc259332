/** What two sets of rules make of the same records. */
import type { ColumnarBatch, SchemaName } from '@tapeline/records';
import { surroundingsOf } from '@tapeline/rules';
import type { Lookups, RuleOutcome, RuleSet, SchemaRules } from '@tapeline/rules';
import { compareStored } from './compare-stored.js';
import type { ChangedColumn } from './compare-stored.js';
import { recordOutcomes } from './record-outcomes.js';

const MOST_EXAMPLES = 3;

/** One rule under both sets; null where a set has no such rule. */
export interface ComparedRule {
  readonly stage: 'transform' | 'validate';
  readonly rule: string;
  readonly old: { readonly severity: string; records: number } | null;
  readonly new: { readonly severity: string; records: number } | null;
}

/** Records that became one thing under the old rules and another under the new ones. */
export interface Change {
  readonly old: string;
  readonly new: string;
  records: number;
  readonly examples: { readonly ordinal: number; readonly reason: string }[];
}

export interface SchemaComparison {
  records: number;
  readonly rules: ReadonlyMap<string, ComparedRule>;
  readonly changes: Map<string, Change>;
  /** Stored under both sets, but with other values. */
  changedRecords: number;
  readonly changedColumns: Map<string, ChangedColumn>;
  readonly addedColumns: readonly string[];
  readonly removedColumns: readonly string[];
}

export type Comparison = Map<SchemaName, SchemaComparison>;

export interface ComparedBatch {
  readonly dataset: string;
  readonly batch: ColumnarBatch;
  readonly lookups: Lookups;
}

/** Puts a batch through both sets and adds the differences. */
export function compareBatch(
  old: RuleSet,
  now: RuleSet,
  { dataset, batch, lookups }: ComparedBatch,
  comparison: Comparison,
): void {
  const { name } = batch.schema;
  const [oldRules, newRules] = [old.schemas.get(name)!, now.schemas.get(name)!];
  const tally = comparison.get(name) ?? emptyComparison(oldRules, newRules);
  comparison.set(name, tally);
  tally.records += batch.length;
  const before = recordOutcomes(oldRules, batch, surroundingsOf(old, dataset, lookups));
  const after = recordOutcomes(newRules, batch, surroundingsOf(now, dataset, lookups));
  addCounts(tally.rules, 'old', before.ruleOutcomes);
  addCounts(tally.rules, 'new', after.ruleOutcomes);
  const ordinals = batch.ordinals();
  before.outcomes.forEach((outcome, row) => {
    const other = after.outcomes[row]!;
    if (outcome === other) return;
    const key = `${outcome}\n${other}`;
    const change = tally.changes.get(key) ?? { old: outcome, new: other, records: 0, examples: [] };
    tally.changes.set(key, change);
    change.records++;
    if (change.examples.length === MOST_EXAMPLES) return;
    const reason = after.reasons.get(row) ?? before.reasons.get(row) ?? '';
    change.examples.push({ ordinal: ordinals[row]!, reason });
  });
  tally.changedRecords += compareStored(before, after, ordinals, tally.changedColumns);
}

function emptyComparison(old: SchemaRules, now: SchemaRules): SchemaComparison {
  const rules = new Map<string, ComparedRule>();
  for (const { name, stage: of } of [...old.rules, ...now.rules]) {
    // Checks of chunks look at what is stored.
    if (of === 'chunk') continue;
    const stage = of === 'filter' ? 'transform' : 'validate';
    const side = (set: SchemaRules) => {
      const rule = set.rules.find(
        (each) => each.name === name && (each.stage === 'filter') === (of === 'filter'),
      );
      return rule ? { severity: rule.severity, records: 0 } : null;
    };
    rules.set(`${stage}.${name}`, { stage, rule: name, old: side(old), new: side(now) });
  }
  const [before, after] = [old, now].map(({ schema }) =>
    schema.columns.map((column) => column.name),
  );
  return {
    records: 0,
    rules,
    changes: new Map(),
    changedRecords: 0,
    changedColumns: new Map(),
    addedColumns: after!.filter((name) => !before!.includes(name)),
    removedColumns: before!.filter((name) => !after!.includes(name)),
  };
}

function addCounts(
  rules: ReadonlyMap<string, ComparedRule>,
  side: 'old' | 'new',
  outcomes: readonly RuleOutcome[],
): void {
  for (const { stage, rule, records } of outcomes) {
    rules.get(`${stage}.${rule}`)![side]!.records += records;
  }
}
