import { expect, it } from '@jest/globals';
import { agreeingRules } from './bench-rules.js';

it('compares the shipped rules with loops that find the same', () => {
  expect(agreeingRules).not.toThrow();
});
