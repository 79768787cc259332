import { coerce, hint, unify } from './coerce.js';
import { compareLiteral, compareVectors, mapBytes, MIRRORED } from './compare-numbers.js';
import type { Comparison } from './compare-numbers.js';
import { equalTexts } from './compare-texts.js';
import type { Faults } from './expression-error.js';
import { equalBools, isNull, not, or } from './logic.js';
import { derivedNode, evaluateBool, evaluateNumber, evaluateText } from './node.js';
import type { Node } from './node.js';
import { ORDERED } from './value-type.js';
import { FALSE, TRUE } from './vector.js';

/** `left == right` and the like; `x == null` is `is_null(x)`. @throws ExpressionError */
export function compareNodes(
  faults: Faults,
  place: { start: number },
  comparison: Comparison,
  left: Node,
  right: Node,
): Node {
  const isEquality = comparison === '==' || comparison === '!=';
  if (left.type === 'null' || right.type === 'null') {
    if (!isEquality) {
      throw faults.at(place, 'type_mismatch', `'${comparison}' with null is never true`);
    }
    return compareWithNull(faults, place, comparison, left.type === 'null' ? right : left);
  }
  const [a, b] = together(faults, place, left, right);
  if (!isEquality && !ORDERED.includes(a.type)) {
    const message = `${a.type} has no order: it is compared by == or !=`;
    throw faults.at(place, 'type_mismatch', message);
  }
  return comparisonNode(faults, place, comparison, a, b);
}

/** `element in [list]`: any of them is equal. */
export function memberOf(
  faults: Faults,
  place: { start: number },
  element: Node,
  list: readonly Node[],
): Node {
  const [first, ...rest] = list.map((item) => {
    if (item.type === 'null') {
      throw faults.at(item, 'type_mismatch', 'null in a list equals nothing: use is_null(x)');
    }
    const [a, b] = together(faults, item, element, item);
    return comparisonNode(faults, place, '==', a, b);
  });
  if (!first) throw faults.at(place, 'type_mismatch', 'the list is empty');
  if (element.type === 'char' && list.every((item) => item.value !== undefined)) {
    return letterIn(faults, place, element, list);
  }
  return rest.reduce(
    (any, next) =>
      derivedNode(faults, place, 'bool', `(${any.key} || ${next.key})`, [any, next], (context) =>
        or(context, evaluateBool(any, context), evaluateBool(next, context)),
      ),
    first,
  );
}

/** A char among literal letters takes one look at a table. */
function letterIn(
  faults: Faults,
  place: { start: number },
  element: Node,
  list: readonly Node[],
): Node {
  const table = new Uint8Array(256);
  for (const item of list) table[Number(coerce(faults, item, 'char')!.value)] = TRUE;
  const key = `(${element.key} in [${list.map((item) => item.key).join(', ')}])`;
  return derivedNode(faults, place, 'bool', key, [element, ...list], (context) => {
    const vector = evaluateNumber(element, context);
    const data =
      vector.small instanceof Uint8Array ? vector.small : Uint8Array.from(vector.floats()!);
    return mapBytes(context, vector, data, table);
  });
}

/** Both sides as one type. */
function together(
  faults: Faults,
  place: { start: number },
  left: Node,
  right: Node,
): readonly [Node, Node] {
  const unified = unify(faults, [left, right]);
  if (!unified) {
    const message = `${left.type} compared with ${right.type}${hint(left, right)}`;
    throw faults.at(place, 'type_mismatch', message);
  }
  const [a, b] = unified as [Node, Node];
  checkLetter(faults, a, b);
  checkLetter(faults, b, a);
  return [a, b];
}

function checkLetter(faults: Faults, column: Node, literal: Node): void {
  if (!column.letters || typeof literal.value !== 'bigint') return;
  const letter = String.fromCharCode(Number(literal.value));
  if (column.letters.includes(letter)) return;
  const known = column.letters.map((each) => `'${each}'`).join(', ');
  const suggestion = column.letters.find((each) => each.toLowerCase() === letter.toLowerCase());
  const remedy = suggestion ? `: did you mean '${suggestion}'?` : '';
  const message = `${column.key} is never '${letter}', but one of ${known}${remedy}`;
  throw faults.at(literal, 'bad_enum', message, suggestion);
}

function comparisonNode(
  faults: Faults,
  place: { start: number },
  comparison: Comparison,
  a: Node,
  b: Node,
): Node {
  const whenEqual = comparison === '==' ? TRUE : FALSE;
  const key = `(${a.key} ${comparison} ${b.key})`;
  return derivedNode(faults, place, 'bool', key, [a, b], (context) => {
    if (a.type === 'bool') {
      return equalBools(context, evaluateBool(a, context), evaluateBool(b, context), whenEqual);
    }
    if (a.type === 'string') {
      return equalTexts(context, evaluateText(a, context), evaluateText(b, context), whenEqual);
    }
    if (typeof b.value === 'bigint') {
      return compareLiteral(context, comparison, evaluateNumber(a, context), b.value);
    }
    if (typeof a.value === 'bigint') {
      return compareLiteral(context, MIRRORED[comparison], evaluateNumber(b, context), a.value);
    }
    return compareVectors(
      context,
      comparison,
      evaluateNumber(a, context),
      evaluateNumber(b, context),
    );
  });
}

/** `is_null(operand)`, or its opposite for `!=`. */
export function compareWithNull(
  faults: Faults,
  place: { start: number },
  comparison: '==' | '!=',
  operand: Node,
): Node {
  if (operand.value !== undefined) {
    throw faults.at(place, 'no_value', 'a constant is compared with null');
  }
  const key = `(${operand.key} ${comparison} null)`;
  return derivedNode(faults, place, 'bool', key, [operand], (context) => {
    const truth = isNull(context, operand.evaluate(context));
    return comparison === '==' ? truth : not(context, truth);
  });
}

/** The node as a bool. @throws ExpressionError */
export function asBool(faults: Faults, node: Node, where: string): Node {
  const bool = coerce(faults, node, 'bool');
  if (!bool) throw faults.at(node, 'not_bool', `${where} takes a bool, and this is a ${node.type}`);
  return bool;
}
