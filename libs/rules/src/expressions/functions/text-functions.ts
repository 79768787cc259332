import { findText, textLength } from '../compare-texts.js';
import type { Call, FunctionEntry, Parameter } from '../function-entry.js';
import { derivedNode, evaluateText } from '../node.js';
import type { Node } from '../node.js';
import { NumberVector } from '../number-vector.js';

const TEXT: Parameter = { name: 'text', types: ['string'] };

function search({ faults, place, args, key }: Call, where: 'start' | 'end' | 'anywhere'): Node {
  const [text, part] = args as [Node, Node];
  const bytes = Buffer.from(part.value as string, 'latin1');
  return derivedNode(faults, place, 'bool', `${where} ${key}`, [text, part], (context) =>
    findText(context, evaluateText(text, context), bytes, where),
  );
}

const searching = (
  name: string,
  where: 'start' | 'end' | 'anywhere',
  meaning: string,
  example: string,
): FunctionEntry => ({
  name,
  isMethod: true,
  parameters: [TEXT, { name: 'part', types: ['string'], isLiteral: true }],
  result: 'bool',
  meaning,
  example,
  build: (call) => search(call, where),
});

export const textFunctions: readonly FunctionEntry[] = [
  searching('startsWith', 'start', 'whether the text begins so', "raw_symbol.startsWith('ES')"),
  searching('endsWith', 'end', 'whether the text ends so', "raw_symbol.endsWith('Z4')"),
  searching('contains', 'anywhere', 'whether the part is in the text', "raw_symbol.contains('-')"),
  {
    name: 'size',
    parameters: [TEXT],
    result: 'int',
    meaning: 'how many characters the text has',
    example: 'size(raw_symbol) > 0',
    build: ({ faults, place, args, key }) =>
      derivedNode(faults, place, 'int', key, args, (context) => {
        const text = evaluateText(args[0]!, context);
        const out = context.scratch.floats();
        for (let row = 0; row < context.length; row++) out[row] = textLength(text, row);
        return NumberVector.floats(context.scratch, context.length, out, text.nulls);
      }),
  },
];
