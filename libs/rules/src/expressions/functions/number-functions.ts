import { FLAG_BITS } from '@tapeline/records';
import { applyArithmetic } from '../arithmetic.js';
import { negate } from '../binary-arithmetic.js';
import { compareLiteral, compareVectors, mapBytes, markUnknown } from '../compare-numbers.js';
import { NUMBERS } from '../function-entry.js';
import type { Call, FunctionEntry } from '../function-entry.js';
import { pick } from '../logic.js';
import { constantNode, derivedNode, evaluateNumber } from '../node.js';
import type { Node } from '../node.js';
import { REMAINDER } from '../operations.js';
import { FALSE, TRUE } from '../vector.js';
import { unifyArguments } from './null-functions.js';

const SIGNED = ['price', 'decimal', 'duration', 'int'] as const;

function absolute({ faults, place, args, key }: Call): Node {
  const operand = args[0]!;
  const opposite = negate(faults, place, operand, constantNode(place, 'int', 0n));
  return derivedNode(faults, place, operand.type, key, [operand], (context) => {
    const value = evaluateNumber(operand, context);
    const isNegative = compareLiteral(context, '<', value, 0n);
    return pick(context, isNegative, opposite.evaluate(context), value);
  });
}

function extreme(call: Call, name: 'min' | 'max'): Node {
  const { faults, place } = call;
  return unifyArguments(call, name).reduce((first, second) =>
    derivedNode(
      faults,
      place,
      first.type,
      `${name}(${first.key}, ${second.key})`,
      [first, second],
      (context) => {
        const a = evaluateNumber(first, context);
        const b = evaluateNumber(second, context);
        const isFirst = compareVectors(context, name === 'min' ? '<' : '>', a, b);
        return pick(context, isFirst, a, b);
      },
    ),
  );
}

function multipleOf(call: Call): Node {
  const { faults, place, key } = call;
  const [value, step] = unifyArguments(call, 'is_multiple') as [Node, Node];
  if (step.value === 0n) throw faults.at(step, 'no_value', 'nothing is a multiple of zero');
  return derivedNode(faults, place, 'bool', key, [value, step], (context) => {
    const rest = applyArithmetic(
      context,
      REMAINDER,
      evaluateNumber(value, context),
      evaluateNumber(step, context),
      true,
    );
    return compareLiteral(context, '==', rest, 0n);
  });
}

function flagTest({ faults, place, args, key }: Call): Node {
  const [flags, name] = args as [Node, Node];
  const bit = FLAG_BITS[name.value as string];
  if (bit === undefined) {
    throw faults.unknown(name, 'bad_enum', 'flag', String(name.value), Object.keys(FLAG_BITS));
  }
  return derivedNode(faults, place, 'bool', key, [flags, name], (context) => {
    const vector = evaluateNumber(flags, context);
    if (vector.small instanceof Uint8Array) {
      const table = new Uint8Array(256);
      for (let value = 0; value < 256; value++) table[value] = (value & bit) === 0 ? FALSE : TRUE;
      return mapBytes(context, vector, vector.small, table);
    }
    const codes = context.scratch.bytes();
    const words = vector.small ?? vector.pairs().low;
    const step = vector.small ? 1 : 2;
    for (let row = 0; row < context.length; row++) {
      codes[row] = (words[step * row]! & bit) === 0 ? FALSE : TRUE;
    }
    return { kind: 'bool', codes: markUnknown(codes, vector.nulls, context.length) };
  });
}

export const numberFunctions: readonly FunctionEntry[] = [
  {
    name: 'abs',
    parameters: [{ name: 'value', types: SIGNED }],
    result: 'the type of its argument',
    meaning: 'the value without its sign; null for the smallest int64',
    example: "abs(ts_recv - ts_event) < duration('5s')",
    build: absolute,
  },
  {
    name: 'min',
    parameters: [
      { name: 'value', types: NUMBERS },
      { name: 'other', types: NUMBERS },
    ],
    isVariadic: true,
    result: 'the type of its arguments',
    meaning: 'the smallest value; null if one is null',
    example: 'low <= min(open, close)',
    build: (call) => extreme(call, 'min'),
  },
  {
    name: 'max',
    parameters: [
      { name: 'value', types: NUMBERS },
      { name: 'other', types: NUMBERS },
    ],
    isVariadic: true,
    result: 'the type of its arguments',
    meaning: 'the largest value; null if one is null',
    example: 'high >= max(open, close)',
    build: (call) => extreme(call, 'max'),
  },
  {
    name: 'is_multiple',
    parameters: [
      { name: 'value', types: SIGNED },
      { name: 'step', types: SIGNED },
    ],
    result: 'bool',
    meaning: 'whether the value is a whole number of steps; null where the step is 0 or null',
    example: 'is_multiple(price, definition.min_price_increment)',
    build: multipleOf,
  },
  {
    name: 'has_flag',
    parameters: [
      { name: 'flags', types: ['int'] },
      { name: 'name', types: ['string'], isLiteral: true },
    ],
    result: 'bool',
    meaning: `whether a bit of \`flags\` is set: ${Object.keys(FLAG_BITS).join(', ')}`,
    example: "has_flag(flags, 'BAD_TS_RECV')",
    build: flagTest,
  },
];
