/** Batches by hand and the values of expressions on them. For tests. */
import { ColumnarBatch, SCHEMAS } from '@tapeline/records';
import type { SchemaName } from '@tapeline/records';
import { compileExpression } from '../compile-expression.js';
import { EvaluationContext } from '../evaluation-context.js';
import { readValue } from '../node.js';
import type { Value } from '../value-type.js';

/** A batch with the given columns; the others are zero. Texts are given as strings. */
export function buildBatch(
  name: SchemaName,
  columns: Readonly<Record<string, readonly (bigint | string)[]>>,
): ColumnarBatch {
  const length = Math.max(...Object.values(columns).map((values) => values.length));
  const batch = ColumnarBatch.allocate(SCHEMAS[name], length);
  for (const [column, values] of Object.entries(columns)) {
    const { width, type } = SCHEMAS[name].columns.find((each) => each.name === column)!;
    const data = batch.column(column);
    values.forEach((value, row) => {
      if (typeof value === 'string' && type === 'string') {
        (data as Uint8Array).set(Buffer.from(value), row * width);
      } else if (typeof value === 'string') {
        data[row] = value.charCodeAt(0);
      } else if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
        data[row] = value;
      } else {
        data[row] = Number(value);
      }
    });
  }
  return batch;
}

/** The value of an expression for each record. */
export function values(
  text: string,
  batch: ColumnarBatch,
  context = new EvaluationContext(),
): Value[] {
  const scope = { schema: batch.schema, lookups: { definition: SCHEMAS.definition } };
  const vector = compileExpression(text, scope).evaluate(batch, context);
  return Array.from({ length: batch.length }, (_, row) => readValue(vector, row));
}

/** Units of 1e-9, of at most three decimals. */
export const dollars = (amount: number): bigint => BigInt(amount * 1000) * 1_000_000n;
