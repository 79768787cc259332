import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { SCHEMA_NAMES } from '@tapeline/records';
import { parse } from 'yaml';
import { replaceRuleDocs } from './rule-docs.js';
import { compileRuleSet } from './rule-set/index.js';
import { shippedRules } from './testing/rule-files.js';

const docs = readFileSync(new URL('../../../docs/rules.md', import.meta.url), 'utf8');
const shipped = compileRuleSet(shippedRules());

it('docs/rules.md has the shipped rules; run `npm run docs` if this fails', () => {
  expect(replaceRuleDocs(docs, shipped)).toBe(docs);
});

it('names every rule', () => {
  const text = docs.slice(docs.indexOf('## The shipped rules'));
  for (const { rules } of shipped.schemas.values()) {
    for (const { name } of rules) expect(text).toContain(`| \`${name}\` |`);
  }
});

it('says why of every shipped rule, and of no other', () => {
  const section = docs.slice(
    docs.indexOf('## Why each rule'),
    docs.indexOf('## The shipped rules'),
  );
  const lines = section.split('\n').filter((line) => line.startsWith('| `'));
  const explained = lines.flatMap((line) =>
    [...line.split('|')[1]!.matchAll(/`(\w+)`/g)].map(([, name]) => name),
  );
  const names = [...shipped.schemas.values()].flatMap(({ rules }) => rules.map(({ name }) => name));
  expect(new Set(explained)).toEqual(new Set(names));
  expect(explained).toHaveLength(new Set(explained).size);
});

const examples = [
  ...docs.matchAll(/```yaml\n# configs\/(rules|validation)\/[\w.]+\n([\s\S]*?)```/g),
];

it.each(examples.map(([, folder, text]) => ({ folder, text: text! })))(
  'has an example for configs/$folder that compiles',
  ({ folder, text }) => {
    const { schemas } = parse(text) as { schemas: string[] };
    const others = SCHEMA_NAMES.filter((name) => !schemas.includes(name));
    const none = [{ path: 'none.yaml', text: `schemas: [${SCHEMA_NAMES.join(', ')}]` }];
    const files = [
      { path: 'example.yaml', text },
      { path: 'others.yaml', text: `schemas: [${others.join(', ')}]` },
    ];
    const set = compileRuleSet({ rules: none, validation: none, [folder!]: files });
    expect(set.schemas.get(schemas[0] as 'trades')!.rules.length).toBeGreaterThan(0);
  },
);

it('has such an example for both folders', () => {
  expect(examples.map(([, folder]) => folder)).toEqual(['rules', 'validation']);
});
