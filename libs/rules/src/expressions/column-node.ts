import type { ColumnDescription, ColumnType, RecordDescription } from '@tapeline/records';
import { CHAR_VALUES } from './char-values.js';
import type { ExpressionScope } from './expression-scope.js';
import { loadColumn } from './load-column.js';
import { constantNode } from './node.js';
import type { Node } from './node.js';
import type { ValueType } from './value-type.js';

/** What a column's values are in an expression. */
export const valueTypeOf = (type: ColumnType): ValueType =>
  type === 'price' || type === 'timestamp' || type === 'char' || type === 'string' ? type : 'int';

/** A column of the batch, loaded once for each batch. */
export function columnNode(
  place: { start: number },
  column: ColumnDescription,
  enums: ExpressionScope['enums'],
): Node {
  const { name } = column;
  return {
    ...describe(place, column, name, enums),
    columns: [name],
    evaluate: (context) =>
      context.share(name, () =>
        loadColumn(context.scratch, column, context.batch.column(name), context.length),
      ),
  };
}

/** A column that belongs to the records but is found elsewhere: `definition.min_price_increment`. */
export function lookupNode(
  place: { start: number },
  lookup: string,
  column: ColumnDescription,
  enums: ExpressionScope['enums'],
): Node {
  const key = `${lookup}.${column.name}`;
  const type = valueTypeOf(column.type);
  const nothing = constantNode(place, type, null);
  return {
    ...describe(place, column, key, enums),
    columns: [],
    evaluate: (context) =>
      context.share(key, () => {
        const source = context.surroundings.lookups?.[lookup];
        if (!source) return nothing.evaluate(context);
        const { data, unknown } = source.column(column, context.batch);
        return loadColumn(context.scratch, column, data, context.length, unknown);
      }),
  };
}

function describe(
  { start }: { start: number },
  column: ColumnDescription,
  key: string,
  enums: ExpressionScope['enums'],
): Pick<Node, 'type' | 'start' | 'key' | 'letters'> {
  const letters = enums?.[key] ?? CHAR_VALUES[column.name];
  const base = { type: valueTypeOf(column.type), start, key };
  return column.type === 'char' && letters ? { ...base, letters } : base;
}

/** The columns that an expression may name: those with a meaning. */
export const namedColumns = (
  schema: Pick<RecordDescription, 'columns'>,
): readonly ColumnDescription[] => schema.columns.filter((column) => !column.isReserved);
