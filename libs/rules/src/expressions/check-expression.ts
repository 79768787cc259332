/** From syntax to checked nodes: every name is known, every type goes with its neighbours. */
import { binaryArithmetic, negate } from './binary-arithmetic.js';
import { checkCall } from './check-call.js';
import { checkLiteral } from './check-literal.js';
import { hint, unify } from './coerce.js';
import { columnNode, lookupNode, namedColumns } from './column-node.js';
import { asBool, compareNodes, memberOf } from './comparison.js';
import type { Faults } from './expression-error.js';
import type { ExpressionScope } from './expression-scope.js';
import { and, not, or, pick } from './logic.js';
import { constantNode, derivedNode, evaluateBool } from './node.js';
import type { Node } from './node.js';
import type { Syntax } from './parse-expression.js';

/** @throws ExpressionError */
export function checkExpression(syntax: Syntax, scope: ExpressionScope, faults: Faults): Node {
  const check = (part: Syntax): Node => checkExpression(part, scope, faults);
  switch (syntax.op) {
    case 'value':
      return checkLiteral(syntax, syntax.args, faults);
    case 'id':
      return checkName(syntax, syntax.args, scope, faults);
    case '.':
      return checkMember(syntax, syntax.args, scope, faults);
    case '&&':
    case '||':
      return combine(syntax, syntax.op, check(syntax.args[0]), check(syntax.args[1]), faults);
    case '!_': {
      const operand = asBool(faults, check(syntax.args), "'!'");
      return derivedNode(faults, syntax, 'bool', `!${operand.key}`, [operand], (context) =>
        not(context, evaluateBool(operand, context)),
      );
    }
    case '-_':
      return negate(faults, syntax, check(syntax.args), constantNode(syntax, 'int', 0n));
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return binaryArithmetic(
        faults,
        syntax,
        syntax.op,
        check(syntax.args[0]),
        check(syntax.args[1]),
      );
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compareNodes(faults, syntax, syntax.op, check(syntax.args[0]), check(syntax.args[1]));
    case 'in': {
      const [element, list] = syntax.args;
      if (list.op !== 'list') {
        throw faults.at(list, 'unsupported', "'in' takes a list: side in ['A', 'B']");
      }
      return memberOf(faults, list, check(element), list.args.map(check));
    }
    case '?:': {
      const [condition, then, otherwise] = syntax.args;
      return choose(syntax, check(condition), check(then), check(otherwise), faults);
    }
    case 'call':
      return checkCall(syntax, syntax.args[0], () => syntax.args[1].map(check), false, faults);
    case 'rcall': {
      const [name, receiver, rest] = syntax.args;
      const named = { start: faults.text.indexOf(name, receiver.end) };
      return checkCall(named, name, () => [receiver, ...rest].map(check), true, faults);
    }
    default:
      throw faults.at(syntax, 'unsupported', `'${syntax.op}' is not part of the language of rules`);
  }
}

function checkName(
  place: { start: number },
  name: string,
  scope: ExpressionScope,
  faults: Faults,
): Node {
  const derived = scope.derived;
  if (derived && Object.hasOwn(derived, name)) {
    const { node } = derived[name]!;
    if (node.value !== undefined) return { ...node, start: place.start };
    return {
      ...node,
      start: place.start,
      evaluate: (context) => context.share(node.key, () => node.evaluate(context)),
    };
  }
  const columns = namedColumns(scope.schema);
  const column = columns.find((candidate) => candidate.name === name);
  if (column) return columnNode(place, column, scope.enums);
  const names = [...columns.map((known) => known.name), ...Object.keys(derived ?? {})];
  throw faults.unknown(place, 'unknown_column', 'column', name, names);
}

function checkMember(
  place: { start: number; pos: number },
  [owner, field]: readonly [Syntax, string],
  scope: ExpressionScope,
  faults: Faults,
): Node {
  const lookups = scope.lookups ?? {};
  if (owner.op !== 'id') {
    throw faults.at(place, 'unsupported', `only a look-up has fields, as in definition.${field}`);
  }
  const schema = Object.hasOwn(lookups, owner.args) ? lookups[owner.args] : undefined;
  if (!schema) {
    throw faults.unknown(owner, 'unknown_column', 'look-up', owner.args, Object.keys(lookups));
  }
  const columns = namedColumns(schema);
  const column = columns.find((candidate) => candidate.name === field);
  if (column) {
    scope.onLookup?.(owner.args, column.name);
    return lookupNode(place, owner.args, column, scope.enums);
  }
  const names = columns.map((known) => known.name);
  throw faults.unknown(
    { start: place.pos },
    'unknown_column',
    `${owner.args} column`,
    field,
    names,
  );
}

function combine(
  place: { start: number },
  operator: '&&' | '||',
  left: Node,
  right: Node,
  faults: Faults,
): Node {
  const a = asBool(faults, left, `'${operator}'`);
  const b = asBool(faults, right, `'${operator}'`);
  const apply = operator === '&&' ? and : or;
  return derivedNode(faults, place, 'bool', `(${a.key} ${operator} ${b.key})`, [a, b], (context) =>
    apply(context, evaluateBool(a, context), evaluateBool(b, context)),
  );
}

function choose(
  place: { start: number },
  condition: Node,
  then: Node,
  otherwise: Node,
  faults: Faults,
): Node {
  const test = asBool(faults, condition, "the condition before '?'");
  const unified = unify(faults, [then, otherwise]);
  if (!unified) {
    const message = `${then.type} or else ${otherwise.type}${hint(then, otherwise)}`;
    throw faults.at(place, 'type_mismatch', `the branches of '?' differ: ${message}`);
  }
  const [a, b] = unified as [Node, Node];
  const key = `(${test.key} ? ${a.key} : ${b.key})`;
  return derivedNode(faults, place, a.type, key, [test, a, b], (context) =>
    pick(context, evaluateBool(test, context), a.evaluate(context), b.evaluate(context)),
  );
}
