import { formatCount } from '../dbn/show-progress.js';
import { formatTable } from '../print-table.js';
import { knowing } from './format-trial.js';
import type { Change, Comparison, ComparedRule, SchemaComparison } from './rule-comparison.js';

export interface ComparisonResult {
  readonly oldVersion: string;
  readonly newVersion: string;
  readonly comparison: Comparison;
  /** Whether the definitions of the running stack were known. */
  readonly hasDefinitions: boolean;
}

/** Differences of two sets of rules, as text for people. */
export function formatComparison(result: ComparisonResult): string {
  const { oldVersion, newVersion, comparison, hasDefinitions } = result;
  const schemas = [...comparison].map(([schema, tally]) =>
    [`${schema}: ${formatCount(tally.records)} records`, ...sections(tally)].join('\n'),
  );
  return [...schemas, `rules ${oldVersion} and ${newVersion}, ${knowing(hasDefinitions)}`].join(
    '\n',
  );
}

function sections(tally: SchemaComparison): string[] {
  const rules = [...tally.rules.values()].filter(isDifferent);
  const changes = [...tally.changes.values()];
  const columns = [...tally.changedColumns];
  const parts = [
    rules.length > 0
      ? formatTable(
          ['rule', 'old severity', 'old records', 'new severity', 'new records'],
          rules.map(ruleRow),
        )
      : 'every rule was true of as many records as before',
    changes.length > 0
      ? formatTable(['records', 'old outcome', 'new outcome', 'examples'], changes.map(changeRow))
      : 'every record has the outcome that it had',
  ];
  if (tally.addedColumns.length > 0) parts.push(`new columns: ${tally.addedColumns.join(', ')}`);
  if (tally.removedColumns.length > 0) {
    parts.push(`columns no longer stored: ${tally.removedColumns.join(', ')}`);
  }
  if (columns.length === 0)
    return [...parts, 'every record that both store has the values that it had'];
  const rows = columns.map(([column, { records, examples }]) => [
    column,
    records,
    examples.map((each) => `${each.ordinal}: ${each.old} → ${each.new}`).join('\n'),
  ]);
  const count = formatCount(tally.changedRecords);
  return [
    ...parts,
    `${count} records are stored with other values`,
    formatTable(['column', 'records', 'examples'], rows),
  ];
}

const isDifferent = ({ old, new: now }: ComparedRule): boolean =>
  old?.severity !== now?.severity || old?.records !== now?.records;

const ruleRow = ({ rule, old, new: now }: ComparedRule) => [
  rule,
  old?.severity ?? 'no rule',
  old?.records ?? null,
  now?.severity ?? 'no rule',
  now?.records ?? null,
];

const changeRow = ({ records, old, new: now, examples }: Change) => [
  records,
  old,
  now,
  examples
    .map(({ ordinal, reason }) => (reason === '' ? `${ordinal}` : `${ordinal}: ${reason}`))
    .join('\n'),
];

/** The same for programs; rules that are true of as many records as before are there, too. */
export function comparisonJson(result: ComparisonResult): object {
  const { oldVersion, newVersion, comparison, hasDefinitions } = result;
  return {
    definitions: hasDefinitions,
    old_version: oldVersion,
    new_version: newVersion,
    schemas: [...comparison].map(([schema, tally]) => ({
      schema,
      records: tally.records,
      rules: [...tally.rules.values()],
      changed_outcomes: [...tally.changes.values()],
      changed_records: tally.changedRecords,
      changed_columns: [...tally.changedColumns].map(([column, change]) => ({ column, ...change })),
      added_columns: tally.addedColumns,
      removed_columns: tally.removedColumns,
    })),
  };
}
