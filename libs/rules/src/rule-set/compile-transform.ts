import type { RuleOutcome } from '@tapeline/contracts';
import { ColumnarBatch, extendSchema, ORDINAL, SCHEMAS, whyNoColumn } from '@tapeline/records';
import type { ColumnData, SchemaDescription } from '@tapeline/records';
import { compileExpression, EvaluationContext, writeColumn } from '../expressions/index.js';
import type { Surroundings } from '../expressions/index.js';
import type { ParsedYaml } from '../parse-yaml.js';
import type { FaultList } from '../rule-error.js';
import { selectRows } from '../select-rows.js';
import type { Condition } from './condition.js';
import { canBeNull, compileSet, nullColumn } from './compile-set.js';
import { columnFor, deriveColumns } from './derive-columns.js';
import type { Derived } from './derive-columns.js';
import { unknownColumn } from './find-column.js';
import { MOST_EXAMPLES, outcomeOf } from './outcome.js';
import { fillReason } from './reason.js';
import type { Reason } from './reason.js';
import { compileConditionAt, locate, LookupList, ruleScope } from './rule-scope.js';
import type { AskedColumns } from './rule-scope.js';
import type { RuleInfo, TransformResult } from './rule-set.js';
import type { TransformFile } from './rules-shape.js';
import { trueRows } from './true-rows.js';

interface Filter {
  readonly name: string;
  readonly condition: Condition;
  readonly reason: Reason;
}

export interface CompiledTransform {
  readonly schema: SchemaDescription;
  readonly rules: readonly RuleInfo[];
  readonly asks: AskedColumns;
  readonly transform: (batch: ColumnarBatch, surroundings?: Surroundings) => TransformResult;
}

/** Compiles the rules of one schema. Faults are added to the list; the result is then of no use. */
export function compileTransform(
  schema: SchemaDescription,
  yaml: ParsedYaml<TransformFile>,
  faults: FaultList,
): CompiledTransform {
  const lookups = new LookupList();
  const sets = yaml.value.set.flatMap(
    (_, index) => faults.attempt(() => compileSet(schema, yaml, index, lookups)) ?? [],
  );
  const { columns, scope } = deriveColumns(schema, yaml, lookups, faults);
  const rules: RuleInfo[] = [];
  const filters = yaml.value.filter.flatMap(
    ({ name, description }, index) =>
      faults.attempt((): Filter => {
        const path = ['filter', index] as const;
        if (rules.some((rule) => rule.name === name)) {
          throw yaml.error([...path, 'name'], `another filter has the name ${name}`);
        }
        const condition = compileConditionAt(locate(yaml, [...path, 'when'])!, scope());
        rules.push({
          name,
          stage: 'filter',
          severity: 'filtered',
          expression: condition.text,
          description: description ?? '',
          file: yaml.file.path,
          line: yaml.line(path),
        });
        return { name, condition, reason: valuesOf(condition, schema) };
      }) ?? [],
  );
  renameColumns(schema, yaml, columns, faults);
  const dropped = dropColumns(schema, yaml, columns, faults);
  const stored = [...columns].map(([name, derived]) => ({
    column: columnFor(name, derived, [schema, SCHEMAS.definition]),
    expression: derived.expression,
  }));
  const extended = extendSchema(
    schema,
    stored.map(({ column }) => column),
  );
  const changes = sets.length + filters.length + dropped.size + stored.length;
  const context = new EvaluationContext();

  const transform = (batch: ColumnarBatch, surroundings: Surroundings = {}): TransformResult => {
    if (changes === 0) return { batch, outcomes: [] };
    let current = batch;
    for (const set of sets) {
      context.restart(surroundings);
      current = set(current, context);
    }
    context.restart(surroundings);
    const { length } = batch;
    const derived = stored.map(({ column, expression }) =>
      writeColumn(expression.evaluate(current, context), column, length),
    );
    const left = applyFilters(filters, current, context);
    const own = current.columns.map((data, index) =>
      dropped.has(index) ? nullColumn(schema.columns[index]!, length) : data,
    );
    const all: ColumnData[] = [...own.slice(0, -1), ...derived, own.at(-1)!];
    const rows = new ColumnarBatch(extended, length, all);
    return left.outcomes.length > 0
      ? { batch: rows.take(selectRows(left.out, 0)), outcomes: left.outcomes }
      : { batch: rows, outcomes: [] };
  };
  return { schema: extended, rules, asks: lookups.columns, transform };
}

/** Each record is left out by the first filter that is true of it. */
function applyFilters(
  filters: readonly Filter[],
  batch: ColumnarBatch,
  context: EvaluationContext,
): { readonly out: Uint8Array; readonly outcomes: readonly RuleOutcome[] } {
  const out = new Uint8Array(filters.length > 0 ? batch.length : 0);
  const outcomes: RuleOutcome[] = [];
  for (const { name, condition, reason } of filters) {
    const rows = trueRows(condition, batch, context, out);
    if (rows.length === 0) continue;
    for (const row of rows) out[row] = 1;
    const examples = reason(batch, context, rows.subarray(0, MOST_EXAMPLES));
    const rule = { stage: 'transform', rule: name, severity: 'filtered' } as const;
    outcomes.push(outcomeOf(rule, batch.ordinals(), rows, examples));
  }
  return { out, outcomes };
}

/** What a filter looked at: `update_action 2, stat_type 9`. */
function valuesOf(condition: Condition, schema: SchemaDescription): Reason {
  const scope = ruleScope(schema);
  const parts = condition.columns.flatMap((name, index) => [
    `${index > 0 ? ', ' : ''}${name} `,
    compileExpression(name, scope),
  ]);
  return fillReason(parts.length > 0 ? parts : [condition.text]);
}

function renameColumns(
  schema: SchemaDescription,
  yaml: ParsedYaml<TransformFile>,
  columns: Map<string, Derived>,
  faults: FaultList,
): void {
  yaml.value.rename.forEach(({ column, to }, index) => {
    const path = ['rename', index] as const;
    faults.attempt(() => {
      const trouble = columns.has(to)
        ? `another rule makes a column ${to} already`
        : whyNoColumn(schema, to);
      if (trouble !== undefined) throw yaml.error([...path, 'to'], trouble);
      const own = schema.columns.find(({ name }) => name === column);
      const derived = columns.get(column);
      if (derived) {
        columns.delete(column);
        columns.set(to, derived);
      } else if (own && column !== ORDINAL) {
        const expression = compileExpression(column, { schema });
        columns.set(to, { expression, meaning: own.meaning });
      } else {
        throw yaml.error([...path, 'column'], unknownColumn(column, namesOf(schema, columns)));
      }
    });
  });
}

/** Takes derived columns out; @returns the indexes of the schema's own that are stored as null. */
function dropColumns(
  schema: SchemaDescription,
  yaml: ParsedYaml<TransformFile>,
  columns: Map<string, Derived>,
  faults: FaultList,
): ReadonlySet<number> {
  const dropped = new Set<number>();
  yaml.value.drop.forEach((column, index) => {
    faults.attempt(() => {
      if (columns.delete(column)) return;
      const at = schema.columns.findIndex(({ name }) => name === column);
      const own = schema.columns[at];
      const path = ['drop', index];
      if (!own) throw yaml.error(path, unknownColumn(column, namesOf(schema, columns)));
      if (column === schema.indexColumn || !canBeNull(own)) {
        throw yaml.error(path, `column ${column} cannot be dropped: it has no null`);
      }
      dropped.add(at);
    });
  });
  return dropped;
}

const namesOf = (schema: SchemaDescription, columns: ReadonlyMap<string, unknown>): string[] => [
  ...schema.columns.map(({ name }) => name).filter((name) => name !== ORDINAL),
  ...columns.keys(),
];
