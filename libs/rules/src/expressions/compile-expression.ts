import type { ColumnarBatch, RecordDescription } from '@tapeline/records';
import { checkExpression } from './check-expression.js';
import { asBool } from './comparison.js';
import type { EvaluationContext } from './evaluation-context.js';
import { Faults } from './expression-error.js';
import type { ExpressionScope } from './expression-scope.js';
import { Expression } from './expression.js';
import { evaluateBool } from './node.js';
import { parseExpression } from './parse-expression.js';
import { TRUE } from './vector.js';

/** One byte a record: 1 where the predicate is true, 0 where it is false or null. */
export type PredicateMask = Uint8Array<ArrayBuffer>;
export type Predicate = (
  batch: ColumnarBatch<RecordDescription>,
  context: EvaluationContext,
) => PredicateMask;

/**
 * Compiles the text of an expression, checked against the columns of a schema.
 * @throws ExpressionError with the place of the fault and, of a mistyped name, a suggestion.
 */
export function compileExpression(text: string, scope: ExpressionScope): Expression {
  const node = checkExpression(parseExpression(text), scope, new Faults(text));
  if (node.type === 'null') {
    throw new Faults(text).at(node, 'no_value', 'the expression is nothing but null');
  }
  return new Expression(text, node);
}

/** Compiles an expression that is true or false of a record. @throws ExpressionError */
export function compilePredicate(text: string, scope: ExpressionScope): Predicate {
  const { node } = compileExpression(text, scope);
  asBool(new Faults(text), node, 'a predicate');
  return (batch, context) => {
    context.enter(batch);
    const { codes, uniform } = evaluateBool(node, context);
    const mask = new Uint8Array(batch.length);
    if (uniform !== undefined) return uniform === TRUE ? mask.fill(1) : mask;
    // TRUE is 2, the others are below it.
    for (let row = 0; row < mask.length; row++) mask[row] = codes[row]! >> 1;
    return mask;
  };
}
