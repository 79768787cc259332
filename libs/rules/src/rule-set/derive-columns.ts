import { derivedColumn, whyNoColumn } from '@tapeline/records';
import type { ColumnDescription, SchemaDescription } from '@tapeline/records';
import type { Expression } from '../expressions/index.js';
import type { ExpressionScope } from '../expressions/index.js';
import type { ParsedYaml } from '../parse-yaml.js';
import type { FaultList } from '../rule-error.js';
import { compileMap } from './compile-map.js';
import { compileAt, locate, ruleScope } from './rule-scope.js';
import type { LookupList } from './rule-scope.js';
import type { TransformFile } from './rules-shape.js';

/** A column that rules add, and how it is computed. */
export interface Derived {
  readonly expression: Expression;
  readonly meaning: string;
}

/** The columns of `derive` and `map`, in order; each may use those before it. */
export function deriveColumns(
  schema: SchemaDescription,
  yaml: ParsedYaml<TransformFile>,
  lookups: LookupList,
  faults: FaultList,
): { readonly columns: Map<string, Derived>; readonly scope: () => ExpressionScope } {
  const columns = new Map<string, Derived>();
  const scope = (): ExpressionScope =>
    ruleScope(
      schema,
      lookups,
      Object.fromEntries([...columns].map(([name, { expression }]) => [name, expression])),
    );
  const add = (
    path: readonly [string, number],
    { column, description }: { column: string; description?: string | undefined },
    compile: () => Expression,
  ): void => {
    faults.attempt(() => {
      const trouble = columns.has(column)
        ? `another rule makes a column ${column} already`
        : whyNoColumn(schema, column);
      if (trouble !== undefined) throw yaml.error([...path, 'column'], trouble);
      const expression = compile();
      columns.set(column, { expression, meaning: description ?? expression.text });
    });
  };
  yaml.value.derive.forEach((rule, index) => {
    const path = ['derive', index] as const;
    add(path, rule, () => compileAt(locate(yaml, [...path, 'as'])!, scope()));
  });
  yaml.value.map.forEach((rule, index) => {
    const path = ['map', index] as const;
    add(path, rule, () => compileMap(yaml, index, scope()));
  });
  return { columns, scope };
}

/** The column in which the values of an expression are kept. */
export function columnFor(
  name: string,
  { expression, meaning }: Derived,
  schemas: readonly { readonly columns: readonly ColumnDescription[] }[],
): ColumnDescription {
  const { type, text } = expression;
  if (type === 'null') throw new Error(`column ${name} is nothing but null`);
  return derivedColumn(name, type, meaning, type === 'string' ? widthOf(text, schemas) : 1);
}

/** The most bytes that a text can have: those of its literals and of the columns that it names. */
function widthOf(
  text: string,
  schemas: readonly { readonly columns: readonly ColumnDescription[] }[],
): number {
  const literals = [...text.matchAll(/'([^']*)'|"([^"]*)"/g)].map(
    ([, single, double]) => (single ?? double ?? '').length,
  );
  const names = new Set(text.match(/[a-z_][a-z0-9_]*/gi));
  const columns = schemas
    .flatMap((schema) => schema.columns)
    .filter(({ name, type }) => type === 'string' && names.has(name))
    .map(({ width }) => width);
  return Math.max(1, ...literals, ...columns);
}
