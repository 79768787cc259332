import { expect, it } from '@jest/globals';
import { SCHEMAS } from '@tapeline/records';
import * as fc from 'fast-check';
import { compileExpression } from './compile-expression.js';
import { EvaluationContext } from './evaluation-context.js';
import { readValue } from './node.js';
import { parseExpression } from './parse-expression.js';
import { batchOf, randomRecord, rowOf } from './testing/random-batches.js';
import { randomExpression } from './testing/random-expressions.js';
import { evaluateReference } from './testing/reference-evaluator.js';
import type { Row } from './testing/reference-evaluator.js';

it('agrees with the reference on random expressions and batches', () => {
  const chunk = fc.array(fc.array(randomRecord, { minLength: 1, maxLength: 12 }), {
    minLength: 1,
    maxLength: 3,
  });
  fc.assert(
    fc.property(randomExpression, chunk, (text, batches) => {
      const expression = compileExpression(text, { schema: SCHEMAS.tbbo });
      const context = new EvaluationContext();
      const syntax = parseExpression(text);
      const last = new Map<bigint, Row>();
      for (const records of batches) {
        const vector = expression.evaluate(batchOf(records), context);
        const actual = records.map((_, row) => readValue(vector, row));
        const expected = records.map((values) => {
          const row = rowOf(values);
          const { instrument_id: id } = values;
          const { value } = evaluateReference(syntax, row, last.get(id), text);
          last.set(id, row);
          return value;
        });
        expect(actual).toEqual(expected);
      }
    }),
    { numRuns: 3000, seed: 20_240_701 },
  );
});
