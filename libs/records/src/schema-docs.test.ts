import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { renderSchemaDocs } from './schema-docs.js';

it('docs/schemas.md is what the descriptions say; run `npm run docs` if this fails', () => {
  const committed = readFileSync(new URL('../../../docs/schemas.md', import.meta.url), 'utf8');
  expect(renderSchemaDocs()).toBe(committed);
});
