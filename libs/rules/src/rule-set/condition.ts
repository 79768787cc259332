import { checkExpression } from '../expressions/check-expression.js';
import { asBool } from '../expressions/comparison.js';
import { Faults } from '../expressions/expression-error.js';
import { compileExpression, Expression } from '../expressions/index.js';
import type { ExpressionScope } from '../expressions/index.js';
import { parseExpression } from '../expressions/parse-expression.js';
import type { Syntax } from '../expressions/parse-expression.js';

/**
 * What is true, false or unknown of a record, as parts that must all be true. Where one is true of no record
 * of a batch, the others are not looked at: `prev` begins anew with every batch, so nothing is missed.
 */
export interface Condition {
  readonly text: string;
  /** Names of the columns that it reads. */
  readonly columns: readonly string[];
  readonly parts: readonly Expression[];
}

/** @throws ExpressionError */
export function compileCondition(text: string, scope: ExpressionScope): Condition {
  const whole = compileExpression(text, scope);
  asBool(new Faults(text), whole.node, 'a condition');
  const parts = conjunctsOf(parseExpression(text)).map(
    (syntax) => new Expression(text, checkExpression(syntax, scope, new Faults(text))),
  );
  return { text, columns: whole.columns, parts: parts.length > 1 ? parts : [whole] };
}

const conjunctsOf = (syntax: Syntax): Syntax[] =>
  syntax.op === '&&' ? syntax.args.flatMap(conjunctsOf) : [syntax];
