import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { SCHEMAS } from '@tapeline/records';
import { ARITHMETIC_FORMS } from './binary-arithmetic.js';
import { compileExpression } from './compile-expression.js';
import { describeFunctions } from './functions/describe-functions.js';
import { FUNCTIONS } from './functions/registry.js';

const docs = readFileSync(new URL('../../../../docs/rules-language.md', import.meta.url), 'utf8');

it('documents the functions as the registry describes them', () => {
  expect(docs).toContain(describeFunctions());
});

it('documents what the arithmetic operators take', () => {
  expect(ARITHMETIC_FORMS.filter((form) => !docs.includes(`\`${form}\``))).toEqual([]);
});

// Every example is of one of these schemas.
const schemas = [SCHEMAS.tbbo, SCHEMAS['ohlcv-1m'], SCHEMAS.definition];

it.each(FUNCTIONS.map(({ example }) => [example]))('compiles the example %s', (example) => {
  const faults = schemas.map((schema) => {
    try {
      compileExpression(example, { schema, lookups: { definition: SCHEMAS.definition } });
      return undefined;
    } catch (error) {
      return error;
    }
  });
  expect(faults).toContain(undefined);
});
