import type { RecordName } from '@tapeline/records';
import type { RuleSet } from '@tapeline/rules';
import { formatCount } from '../dbn/show-progress.js';
import { formatTable } from '../print-table.js';
import { sumOf } from './trial.js';
import type { RuleTally, SchemaTally, Trial } from './trial.js';

export interface TrialResult {
  readonly version: string;
  readonly files: readonly string[];
  readonly trial: Trial;
  /** Records of kinds that no rule is for. */
  readonly leftOut: ReadonlyMap<RecordName, number>;
  /** Whether the definitions of the running stack were known. */
  readonly hasDefinitions: boolean;
}

/** What rules did, as text for people. */
export function formatTrial(
  { version, trial, leftOut, hasDefinitions }: TrialResult,
  ruleSet: RuleSet,
): string {
  const parts = [...trial].flatMap(([schema, tally]) => {
    const { rules, maxRefused } = ruleSet.schemas.get(schema)!;
    const heading = `${schema}: ${sums(tally)}`;
    const told = inOrder(tally, rules);
    const quiet = rules.filter(({ stage }) => stage !== 'chunk').length - told.length;
    const rest =
      told.length === 0
        ? 'no rule was true of any record'
        : `${quiet} other rules were true of no record`;
    return [
      heading,
      ...(told.length > 0
        ? [
            formatTable(
              COLUMNS,
              told.map((rule) => row(rule, tally)),
            ),
          ]
        : []),
      rest,
      ...(isBeyond(tally, maxRefused)
        ? [`more than ${share(maxRefused!)} is refused: a chunk like this waits for a person`]
        : []),
    ];
  });
  for (const [kind, count] of leftOut)
    parts.push(`${formatCount(count)} ${kind} records: no rules are for them`);
  parts.push(`${sums(sumOf(trial))}; rules ${version}, ${knowing(hasDefinitions)}`);
  return parts.join('\n');
}

/** What the rules knew beside the records. */
export const knowing = (hasDefinitions: boolean): string =>
  hasDefinitions ? "with the running stack's definitions" : 'without definitions';

/** The same for programs. */
export function trialJson(
  { version, files, trial, leftOut, hasDefinitions }: TrialResult,
  ruleSet: RuleSet,
): object {
  const schemas = [...trial].map(([schema, tally]) => {
    const { rules, maxRefused } = ruleSet.schemas.get(schema)!;
    return {
      schema,
      ...counts(tally),
      waits: isBeyond(tally, maxRefused),
      rules: inOrder(tally, rules),
    };
  });
  const sum = sumOf(trial);
  return {
    version,
    definitions: hasDefinitions,
    files,
    ...counts(sum),
    schemas,
    without_rules: Object.fromEntries(leftOut),
  };
}

const COLUMNS = ['stage', 'rule', 'severity', 'records', 'share', 'first at', 'examples'];

const row = (
  { stage, rule, severity, records, first, examples }: RuleTally,
  { fetched }: SchemaTally,
) => [stage, rule, severity, records, share(records / fetched), first, examples.join('\n')];

/** Rules that did something, in the order in which they are applied. */
function inOrder(tally: SchemaTally, rules: readonly { name: string }[]): RuleTally[] {
  const position = new Map(rules.map(({ name }, index) => [name, index]));
  return [...tally.rules.values()].toSorted(
    (a, b) => (position.get(a.rule) ?? 0) - (position.get(b.rule) ?? 0),
  );
}

const isBeyond = ({ fetched, quarantined }: SchemaTally, most: number | null): boolean =>
  most !== null && quarantined > most * fetched;

const counts = (tally: Omit<SchemaTally, 'rules'>) => {
  const { fetched, stored, filtered, quarantined } = tally;
  return {
    fetched,
    stored,
    filtered,
    quarantined,
    holds: fetched === stored + filtered + quarantined,
  };
};

function sums(tally: Omit<SchemaTally, 'rules'>): string {
  const { fetched, stored, filtered, quarantined, holds } = counts(tally);
  return (
    `${formatCount(fetched)} records ${holds ? '=' : '≠'} ${formatCount(stored)} stored + ` +
    `${formatCount(quarantined)} quarantined + ${formatCount(filtered)} filtered`
  );
}

/** A share with as many digits as it needs to be above zero. */
function share(value: number): string {
  const percent = value * 100;
  return `${percent >= 1 ? Number(percent.toFixed(2)) : Number(percent.toPrecision(2))} %`;
}
