/** Expressions of a rule file: what their names mean, and where their faults are. */
import { SCHEMAS } from '@tapeline/records';
import type { RecordDescription } from '@tapeline/records';
import { compileExpression, Expression, ExpressionError } from '../expressions/index.js';
import type { ExpressionScope } from '../expressions/index.js';
import type { ParsedYaml, YamlPath } from '../parse-yaml.js';
import { RuleError } from '../rule-error.js';
import { compileCondition } from './condition.js';
import type { Condition } from './condition.js';

/** The venue's symbol as it is kept with the data. */
const SYMBOLOGY: Pick<RecordDescription, 'columns'> = {
  columns: SCHEMAS.definition.columns.filter(({ name }) => name === 'raw_symbol'),
};

/** What stands behind `definition.` and `symbology.` in every rule. */
const LOOKUPS = { definition: SCHEMAS.definition, symbology: SYMBOLOGY };

/** Columns of look-ups that rules name, by look-up. */
export type AskedColumns = Readonly<Record<string, readonly string[]>>;

/** What several sets of rules ask, together. */
export function unionOfAsked(...all: readonly AskedColumns[]): AskedColumns {
  const union = new LookupList();
  for (const asked of all) {
    for (const [lookup, columns] of Object.entries(asked)) {
      for (const column of columns) union.add(lookup, column);
    }
  }
  return union.columns;
}

/** Collects what the expressions of a file ask of look-ups. */
export class LookupList {
  readonly #asked = new Map<string, Set<string>>();

  readonly add = (lookup: string, column: string): void => {
    this.#asked.set(lookup, (this.#asked.get(lookup) ?? new Set()).add(column));
  };

  /** Columns in alphabetical order. */
  get columns(): AskedColumns {
    return Object.fromEntries(
      [...this.#asked].map(([lookup, columns]) => [lookup, [...columns].toSorted()]),
    );
  }
}

/**
 * The names that rules of a schema may use: its columns, look-ups, and `derived` before both. Columns that
 * rules added have their own types: a duration is no number.
 */
export function ruleScope(
  schema: RecordDescription,
  lookups: LookupList = new LookupList(),
  derived: Readonly<Record<string, Expression>> = {},
): ExpressionScope {
  const columns: Record<string, Expression> = {};
  const plain = { schema };
  for (const { name, derived: kind } of schema.columns) {
    if (kind === 'bool') columns[name] = compileExpression(`${name} == 1`, plain);
    else if (kind !== undefined) {
      const { node } = compileExpression(name, plain);
      columns[name] = new Expression(name, { ...node, type: kind });
    }
  }
  return {
    schema,
    derived: { ...columns, ...derived },
    lookups: LOOKUPS,
    onLookup: lookups.add,
  };
}

/** The text of an expression as it stands in a file. */
export interface Located {
  readonly text: string;
  readonly yaml: ParsedYaml<unknown>;
  readonly path: YamlPath;
  /** Where the text begins in the scalar. */
  readonly from: number;
}

/** The expression at a path; null where the file says null. */
export function locate(yaml: ParsedYaml<unknown>, path: YamlPath): Located | null {
  const text = yaml.expression(path);
  return text === null ? null : { text, yaml, path, from: 0 };
}

/** What `run` returns; a fault of the expression is told by its place in the file. @throws RuleError */
export function atPlace<T>({ yaml, path, from }: Located, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new RuleError([yaml.expressionFault(path, error, from)]);
  }
}

/** @throws RuleError */
export const compileAt = (place: Located, scope: ExpressionScope): Expression =>
  atPlace(place, () => compileExpression(place.text, scope));

/** An expression that is true or false. @throws RuleError */
export const compileConditionAt = (place: Located, scope: ExpressionScope): Condition =>
  atPlace(place, () => compileCondition(place.text, scope));
