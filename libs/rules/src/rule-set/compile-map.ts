import { coerce } from '../expressions/coerce.js';
import { asBool } from '../expressions/comparison.js';
import { Faults } from '../expressions/expression-error.js';
import { Expression } from '../expressions/index.js';
import type { EvaluationContext, ExpressionScope, ValueType } from '../expressions/index.js';
import { pick } from '../expressions/logic.js';
import { constantNode, derivedNode, evaluateBool } from '../expressions/node.js';
import type { Node } from '../expressions/node.js';
import { TRUE, UNKNOWN } from '../expressions/index.js';
import type { BoolVector } from '../expressions/index.js';
import type { ParsedYaml } from '../parse-yaml.js';
import { atPlace, compileAt, locate } from './rule-scope.js';
import type { Located } from './rule-scope.js';
import type { TransformFile } from './rules-shape.js';

interface Value {
  readonly place: Located;
  readonly node: Node;
}

/** A conditional column as one expression: the value of the first case that is true. @throws RuleError */
export function compileMap(
  yaml: ParsedYaml<TransformFile>,
  index: number,
  scope: ExpressionScope,
): Expression {
  const path = ['map', index] as const;
  const { cases, column } = yaml.value.map[index]!;
  const conditions = cases.map((_, at) =>
    caseCondition(locate(yaml, [...path, 'cases', at, 'when'])!, scope),
  );
  const places = [
    ...cases.map((_, at) => locate(yaml, [...path, 'cases', at, 'to'])),
    locate(yaml, [...path, 'otherwise']),
  ];
  const values = places.map(
    (place): Value | null => place && { place, node: compileAt(place, scope).node },
  );
  const type = commonType(values);
  if (type === undefined) throw yaml.error(path, `column ${column} is nothing but null`);
  const nodes = values.map((value) =>
    value === null ? constantNode({ start: 0 }, type, null) : suit(value, type),
  );
  const text = [
    ...conditions.map((condition, at) => `${condition.text} ? ${places[at]?.text ?? null}`),
    places.at(-1)?.text ?? null,
  ].join(' : ');
  const faults = new Faults(text);
  const node = conditions.reduceRight((otherwise, { node: condition }, at) => {
    const then = nodes[at]!;
    const key = `(true(${condition.key}) ? ${then.key} : ${otherwise.key})`;
    // Never folded to a constant, even if all of its values are.
    const parts = [{ ...condition, value: undefined } as unknown as Node, then, otherwise];
    return derivedNode(faults, { start: 0 }, type, key, parts, (context) =>
      pick(
        context,
        isTrue(context, evaluateBool(condition, context)),
        then.evaluate(context),
        otherwise.evaluate(context),
      ),
    );
  }, nodes.at(-1)!);
  return new Expression(text, node);
}

/** The type of the values that are not literals, else of the literal that has the fewest meanings. */
function commonType(values: readonly (Value | null)[]): ValueType | undefined {
  const known = values.filter((value) => value !== null).map(({ node }) => node);
  const fixed = known.find(({ value }) => value === undefined);
  const first = fixed ?? known.find(({ type }) => type !== 'int') ?? known[0];
  return first?.type;
}

function suit({ place, node }: Value, type: ValueType): Node {
  return atPlace(place, () => {
    const faults = new Faults(place.text);
    const suited = coerce(faults, node, type);
    if (suited) return suited;
    throw faults.at(
      node,
      'type_mismatch',
      `the values differ: another is a ${type}, and this is a ${node.type}`,
    );
  });
}

function caseCondition(place: Located, scope: ExpressionScope): Expression {
  const condition = compileAt(place, scope);
  atPlace(place, () => asBool(new Faults(place.text), condition.node, 'a condition'));
  return condition;
}

/** What is unknown is not true. */
function isTrue(context: EvaluationContext, { codes, uniform }: BoolVector): BoolVector {
  if (uniform !== undefined) return context.uniform(uniform === TRUE ? TRUE : 0);
  const out = context.scratch.bytes();
  for (let row = 0; row < context.length; row++) {
    const code = codes[row]!;
    out[row] = code === UNKNOWN ? 0 : code;
  }
  return { kind: 'bool', codes: out };
}
