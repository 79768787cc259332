import { applyArithmetic } from './arithmetic.js';
import type { Arithmetic } from './arithmetic.js';
import { alternatives, coerce, hint } from './coerce.js';
import type { Faults } from './expression-error.js';
import { derivedNode, evaluateNumber } from './node.js';
import type { Node } from './node.js';
import {
  ADD,
  DIVIDE,
  DIVIDE_SCALED,
  MULTIPLY,
  MULTIPLY_SCALED,
  REMAINDER,
  scaleBy,
  SUBTRACT,
} from './operations.js';
import type { ValueType } from './value-type.js';

interface Rule {
  readonly result: ValueType;
  readonly operation: Arithmetic;
}

const rules = new Map<string, Rule>();
function rule(operation: Arithmetic, ...forms: readonly `${string} ${string}`[]): void {
  for (const form of forms) {
    const [left, operator, right, , result] = form.split(' ');
    rules.set(`${left} ${operator} ${right}`, { result: result as ValueType, operation });
  }
}

for (const type of ['price', 'decimal', 'duration', 'int'] as const) {
  rule(ADD, `${type} + ${type} = ${type}`);
  rule(SUBTRACT, `${type} - ${type} = ${type}`);
  rule(REMAINDER, `${type} % ${type} = ${type}`);
  rule(MULTIPLY, `${type} * int = ${type}`, `int * ${type} = ${type}`);
  rule(DIVIDE, `${type} / int = ${type}`);
}
rule(ADD, 'timestamp + duration = timestamp', 'duration + timestamp = timestamp');
rule(SUBTRACT, 'timestamp - duration = timestamp', 'timestamp - timestamp = duration');
rule(SUBTRACT, 'date - date = int');
rule(MULTIPLY_SCALED, 'price * decimal = price', 'decimal * price = price');
rule(MULTIPLY_SCALED, 'decimal * decimal = decimal');
rule(DIVIDE_SCALED, 'price / decimal = price', 'price / price = decimal');
rule(DIVIDE_SCALED, 'decimal / decimal = decimal', 'duration / duration = decimal');

/** What the operators `+ - * / %` take and give, as `price * int = price`. */
export const ARITHMETIC_FORMS: readonly string[] = [...rules].map(
  ([form, { result }]) => `${form} = ${result}`,
);

const VERB: Readonly<Record<string, string>> = {
  '+': 'added to',
  '-': 'subtracted from',
  '*': 'multiplied by',
  '/': 'divided by',
  '%': 'divided by',
};

/** `left operator right` of numbers. @throws ExpressionError if their types do not go together. */
export function binaryArithmetic(
  faults: Faults,
  place: { start: number },
  operator: string,
  left: Node,
  right: Node,
): Node {
  for (const leftType of [left.type, ...alternatives(left)]) {
    for (const rightType of [right.type, ...alternatives(right)]) {
      const found = rules.get(`${leftType} ${operator} ${rightType}`);
      if (!found) continue;
      const a = coerce(faults, left, leftType)!;
      const b = coerce(faults, right, rightType)!;
      return arithmeticNode(faults, place, operator, a, b, found);
    }
  }
  const [first, second] = operator === '-' || operator === '+' ? [right, left] : [left, right];
  const message = `${first.type} ${VERB[operator]} ${second.type}${hint(left, right)}`;
  throw faults.at(place, 'type_mismatch', message);
}

function arithmeticNode(
  faults: Faults,
  place: { start: number },
  operator: string,
  a: Node,
  b: Node,
  { result, operation }: Rule,
): Node {
  if ((operator === '/' || operator === '%') && b.value === 0n) {
    throw faults.at(b, 'no_value', 'division by zero');
  }
  const isSigned = result !== 'timestamp';
  const [scaled, scale] = asScale(operation, a, b);
  return derivedNode(
    faults,
    place,
    result,
    `(${a.key} ${operator} ${b.key})`,
    [a, b],
    (context) => {
      if (scale) {
        const only = evaluateNumber(scaled, context);
        return applyArithmetic(context, scale, only, only, isSigned);
      }
      const left = evaluateNumber(a, context);
      return applyArithmetic(context, operation, left, evaluateNumber(b, context), isSigned);
    },
  );
}

/** A scaled operation with a constant is a multiplication by a fraction. */
function asScale(operation: Arithmetic, a: Node, b: Node): readonly [Node, Arithmetic | undefined] {
  if (operation === MULTIPLY_SCALED) {
    if (typeof b.value === 'bigint') return [a, scaleBy(b.value)];
    if (typeof a.value === 'bigint') return [b, scaleBy(a.value)];
  }
  if (operation === DIVIDE_SCALED && typeof b.value === 'bigint') {
    return [a, scaleBy(1_000_000_000n, b.value)];
  }
  return [a, undefined];
}

/** `-operand`. */
export function negate(faults: Faults, place: { start: number }, operand: Node, zero: Node): Node {
  if (!['price', 'decimal', 'duration', 'int'].includes(operand.type)) {
    throw faults.at(place, 'type_mismatch', `${operand.type} has no opposite`);
  }
  return derivedNode(faults, place, operand.type, `(-${operand.key})`, [operand], (context) =>
    applyArithmetic(
      context,
      SUBTRACT,
      evaluateNumber(zero, context),
      evaluateNumber(operand, context),
      true,
    ),
  );
}
