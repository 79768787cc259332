import { hint, unify } from '../coerce.js';
import { compareWithNull } from '../comparison.js';
import { ANY } from '../function-entry.js';
import type { Call, FunctionEntry } from '../function-entry.js';
import { isNull, not, pick } from '../logic.js';
import { derivedNode } from '../node.js';
import type { Node } from '../node.js';

/** The arguments as values of one type. @throws ExpressionError */
export function unifyArguments({ faults, place, args }: Call, name: string): readonly Node[] {
  const unified = unify(faults, args);
  if (unified) return unified;
  const types = args.map((argument) => argument.type).join(' and ');
  const message = `the arguments of ${name} differ: ${types}${hint(args[0]!, args[1]!)}`;
  throw faults.at(place, 'type_mismatch', message);
}

export const nullFunctions: readonly FunctionEntry[] = [
  {
    name: 'is_null',
    parameters: [{ name: 'value', types: ANY }],
    result: 'bool',
    meaning:
      'whether the value is unset or unknown; never null itself. `value == null` is the same',
    example: 'is_null(price)',
    build: ({ faults, place, args }) => compareWithNull(faults, place, '==', args[0]!),
  },
  {
    name: 'coalesce',
    parameters: [
      { name: 'value', types: ANY },
      { name: 'otherwise', types: ANY },
    ],
    isVariadic: true,
    result: 'the type of its arguments',
    meaning: 'the first value that is not null',
    example: 'coalesce(price, 0.0)',
    build: (call) =>
      unifyArguments(call, 'coalesce').reduceRight((otherwise, value) =>
        derivedNode(
          call.faults,
          call.place,
          value.type,
          `coalesce(${value.key}, ${otherwise.key})`,
          [value, otherwise],
          (context) => {
            const vector = value.evaluate(context);
            const isKnown = not(context, isNull(context, vector));
            return pick(context, isKnown, vector, otherwise.evaluate(context));
          },
        ),
      ),
  },
];
