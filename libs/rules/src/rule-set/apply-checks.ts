import type { ColumnarBatch } from '@tapeline/records';
import type { EvaluationContext } from '../expressions/index.js';
import { TRUE } from '../expressions/index.js';
import type { BoolVector } from '../expressions/index.js';
import type { BatchCheck, RecordCheck } from './compile-check.js';
import { MOST_EXAMPLES } from './outcome.js';
import { showValue } from './show-value.js';
import { trueRows } from './true-rows.js';
import type { Verdict } from './verdict.js';

/** A rule and its place among all rules of its schema. */
export interface Ordered<Check> {
  readonly check: Check;
  readonly order: number;
}

/** Refuses records by rules of severity error; of several the first counts. @param rows of the batch's records in the whole one. */
export function applyRefusals(
  checks: readonly Ordered<RecordCheck>[],
  batch: ColumnarBatch,
  rows: Uint32Array | undefined,
  verdict: Verdict,
  context: EvaluationContext,
): void {
  for (const { check, order } of checks) {
    if (check.severity !== 'error') continue;
    const found = unrefused(trueRows(check.condition, batch, context), rows, verdict);
    if (found.length === 0) continue;
    const reasons = check.reason(batch, context, found);
    verdict.refuse(order, check.name, inWhole(found, rows), reasons);
  }
}

/** Flags records that no rule refused. */
export function applyFlags(
  checks: readonly Ordered<RecordCheck>[],
  batch: ColumnarBatch,
  rows: Uint32Array | undefined,
  verdict: Verdict,
  context: EvaluationContext,
): void {
  for (const { check, order } of checks) {
    if (check.severity === 'error') continue;
    const found = unrefused(trueRows(check.condition, batch, context), rows, verdict);
    if (found.length === 0) continue;
    const examples = check.reason(batch, context, found.subarray(0, MOST_EXAMPLES));
    verdict.flag(order, check.name, check.severity, inWhole(found, rows), examples);
  }
}

/** Rules about what would be stored of a batch; one of severity error refuses all of it. */
export function applyBatchChecks(
  checks: readonly Ordered<BatchCheck>[],
  batch: ColumnarBatch,
  verdict: Verdict,
  context: EvaluationContext,
): void {
  if (checks.length === 0) return;
  const rows = verdict.accepted();
  const accepted = rows.length === batch.length ? batch : batch.take(rows);
  const bySeverity = checks.toSorted(
    (a, b) => Number(b.check.severity === 'error') - Number(a.check.severity === 'error'),
  );
  for (const { check, order } of bySeverity) {
    if (verdict.refused === batch.length) return;
    context.restart();
    const { codes } = check.condition.evaluate(accepted, context) as BoolVector;
    if (codes[0] !== TRUE) continue;
    const reason = check.reason.map((part) => {
      if (typeof part === 'string') return part;
      return showValue(part.expression.type, part.evaluate(accepted, context), 0);
    });
    const text = reason.join('');
    if (check.severity === 'error') {
      verdict.refuse(order, check.name, rows, Array<string>(rows.length).fill(text));
    } else {
      verdict.flag(order, check.name, check.severity, rows, [text]);
    }
  }
}

function unrefused(
  found: Uint32Array,
  rows: Uint32Array | undefined,
  { isRefused, refused }: Verdict,
): Uint32Array {
  if (found.length === 0 || refused === 0) return found;
  return found.filter((row) => isRefused[rows ? rows[row]! : row] === 0);
}

const inWhole = (found: Uint32Array, rows: Uint32Array | undefined): Uint32Array =>
  rows ? found.map((row) => rows[row]!) : found;
