import type { FunctionEntry } from '../function-entry.js';
import { NUMBERS } from '../function-entry.js';
import { derivedNode, evaluateNumber } from '../node.js';

export const recordFunctions: readonly FunctionEntry[] = [
  {
    name: 'prev',
    parameters: [{ name: 'value', types: [...NUMBERS, 'char'] }],
    result: 'the type of its argument',
    meaning:
      'the value of the record before this one of the same instrument, within the batch; null for the first',
    example: 'abs(price - prev(price)) > 50',
    build: ({ faults, place, args, key }) => {
      const [value] = args;
      if (value!.columns.length === 0) {
        throw faults.at(value!, 'type_mismatch', 'prev takes a value that a column is part of');
      }
      return {
        ...derivedNode(faults, place, value!.type, key, args, (context) =>
          context.share(key, () =>
            context.previous.shift(key, evaluateNumber(value!, context), context.scratch),
          ),
        ),
        ...(value!.letters ? { letters: value!.letters } : {}),
      };
    },
  },
];
