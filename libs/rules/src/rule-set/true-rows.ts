import type { ColumnarBatch, RecordDescription } from '@tapeline/records';
import type { EvaluationContext } from '../expressions/index.js';
import { TRUE } from '../expressions/index.js';
import type { BoolVector } from '../expressions/index.js';
import type { Condition } from './condition.js';

const NONE = new Uint32Array(0);

/**
 * The rows of which a condition is true, ascending.
 * @param except those with another value than 0 are left out.
 */
export function trueRows(
  { parts }: Condition,
  batch: ColumnarBatch<RecordDescription>,
  context: EvaluationContext,
  except?: Uint8Array,
): Uint32Array {
  let rows: Uint32Array | undefined;
  for (const part of parts) {
    const { codes, uniform } = part.evaluate(batch, context) as BoolVector;
    if (uniform === TRUE) continue;
    if (uniform !== undefined) return NONE;
    rows = rows ? keepTrue(rows, codes) : rowsOf(codes, batch.length);
    if (rows.length === 0) return NONE;
  }
  rows ??= Uint32Array.from({ length: batch.length }, (_, row) => row);
  return except ? rows.filter((row) => except[row] === 0) : rows;
}

function rowsOf(codes: Uint8Array, length: number): Uint32Array {
  const first = codes.indexOf(TRUE);
  if (first < 0 || first >= length) return NONE;
  const rows = new Uint32Array(length);
  let count = 0;
  for (let row = first; row < length; row++) if (codes[row] === TRUE) rows[count++] = row;
  return rows.subarray(0, count);
}

/** Those of `rows` that are true, too; written over them. */
function keepTrue(rows: Uint32Array, codes: Uint8Array): Uint32Array {
  let count = 0;
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!;
    if (codes[row] === TRUE) rows[count++] = row;
  }
  return rows.subarray(0, count);
}
