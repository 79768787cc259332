import { allocateColumn, ColumnarBatch, ORDINAL } from '@tapeline/records';
import type { ColumnData, ColumnDescription, SchemaDescription } from '@tapeline/records';
import { coerce } from '../expressions/coerce.js';
import { valueTypeOf } from '../expressions/column-node.js';
import { Faults } from '../expressions/expression-error.js';
import { Expression, fitsColumn, readValue, writeColumn } from '../expressions/index.js';
import type { EvaluationContext, Vector } from '../expressions/index.js';
import type { ParsedYaml } from '../parse-yaml.js';
import { findColumn } from './find-column.js';
import { atPlace, compileAt, compileConditionAt, locate, ruleScope } from './rule-scope.js';
import type { Located, LookupList } from './rule-scope.js';
import type { TransformFile } from './rules-shape.js';
import { trueRows } from './true-rows.js';

/** Gives a batch with other values in one column; the batch given is left as it is. */
export type Setter = (batch: ColumnarBatch, context: EvaluationContext) => ColumnarBatch;

/** One `set` of a file. @throws RuleError */
export function compileSet(
  schema: SchemaDescription,
  yaml: ParsedYaml<TransformFile>,
  index: number,
  lookups: LookupList,
): Setter {
  const path = ['set', index] as const;
  const { column: name, when } = yaml.value.set[index]!;
  const column = findColumn(schema, yaml, [...path, 'column'], name);
  if (name === ORDINAL || name === schema.indexColumn) {
    const message = `${name} says which record this is and cannot be set`;
    throw yaml.error([...path, 'column'], message);
  }
  const scope = ruleScope(schema, lookups);
  const place = locate(yaml, [...path, 'to']);
  if (place === null && !canBeNull(column)) {
    throw yaml.error([...path, 'to'], `column ${name} has no null`);
  }
  const value = place && suit(compileAt(place, scope), column, place);
  const condition =
    when === undefined ? undefined : compileConditionAt(locate(yaml, [...path, 'when'])!, scope);
  const at = schema.columns.indexOf(column);
  return (batch, context) => {
    const rows = condition && trueRows(condition, batch, context);
    if (rows?.length === 0) return batch;
    const data = value
      ? valuesFor(value.evaluate(batch, context), column, batch.columns[at]!, rows)
      : nullsFor(column, batch.columns[at]!, rows);
    return new ColumnarBatch(schema, batch.length, batch.columns.with(at, data));
  };
}

/** Whether a column can be without a value; text is then empty. */
export const canBeNull = ({ type, nullValue }: ColumnDescription): boolean =>
  nullValue !== undefined || type === 'string';

/** A column of `length` unset values. */
export function nullColumn(column: ColumnDescription, length: number): ColumnData {
  const data = allocateColumn(column, length);
  const unset = column.type === 'string' ? 0n : column.nullValue!;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return data.fill(unset);
  return data.fill(Number(unset));
}

/** The expression with the column's type. @throws RuleError */
function suit(expression: Expression, column: ColumnDescription, place: Located): Expression {
  const type = valueTypeOf(column.type);
  const { text } = place;
  const node = atPlace(place, () => {
    const faults = new Faults(text);
    const suited = coerce(faults, expression.node, type);
    if (suited) return suited;
    if (fitsColumn(expression.type, column)) return expression.node;
    const message = `column ${column.name} holds ${type}, and this is a ${expression.type}`;
    throw faults.at(expression.node, 'type_mismatch', message);
  });
  return new Expression(text, node);
}

function nullsFor(
  column: ColumnDescription,
  old: ColumnData,
  rows: Uint32Array | undefined,
): ColumnData {
  const width = column.type === 'string' ? column.width : 1;
  const nulls = nullColumn(column, old.length / width);
  return rows ? copyRows(old, nulls, width, rows) : nulls;
}

function valuesFor(
  vector: Vector,
  column: ColumnDescription,
  old: ColumnData,
  rows: Uint32Array | undefined,
): ColumnData {
  const width = column.type === 'string' ? column.width : 1;
  const values = writeColumn(vector, column, old.length / width);
  if (!canBeNull(column)) keepUnwritten(vector, values, old);
  return rows ? copyRows(old, values, width, rows) : values;
}

/** Where a value is null or too large for a column without null, the old one stays. */
function keepUnwritten(vector: Vector, values: ColumnData, old: ColumnData): void {
  for (let row = 0; row < values.length; row++) {
    if (Number(values[row]) !== 0) continue;
    const value = readValue(vector, row);
    if (value === null || Number(value) !== 0) values[row] = old[row]!;
  }
}

function copyRows(
  old: ColumnData,
  values: ColumnData,
  width: number,
  rows: Uint32Array,
): ColumnData {
  const data = old.slice();
  for (const row of rows) {
    for (let at = row * width; at < (row + 1) * width; at++) data[at] = values[at]!;
  }
  return data;
}
