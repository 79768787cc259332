/** Deliberately damaged records of all schemas: each is stored, filtered or quarantined as it says, none is lost. */
import { describe, expect, it } from '@jest/globals';
import { ORDINAL, SCHEMA_NAMES } from '@tapeline/records';
import type { ColumnarBatch, SchemaName } from '@tapeline/records';
import { parse, stringify } from 'yaml';
import { compileRuleSet } from '../rule-set/index.js';
import { shippedRules } from '../testing/rule-files.js';
import { COMMON_DAMAGES } from './common-damages.js';
import { MARKET_DAMAGES } from './market-damages.js';
import { REFERENCE_DAMAGES } from './reference-damages.js';
import { runCorpus } from './run-corpus.js';
import type { CorpusRun } from './run-corpus.js';

const CORPUS = [...COMMON_DAMAGES, ...MARKET_DAMAGES, ...REFERENCE_DAMAGES];

/** None is shipped. */
const FILTER = {
  path: 'rules/filter.yaml',
  text: `schemas: [${SCHEMA_NAMES.join(', ')}]
filter:
  - { name: no_instrument, when: instrument_id == 0 }
`,
};

/** The shipped rules, and a filter. */
const ruleSet = compileRuleSet({
  ...shippedRules(),
  rules: [FILTER],
});

const of = (schema: SchemaName) => CORPUS.filter((entry) => entry.schema === schema);
const runs = new Map<SchemaName, CorpusRun>();
function runOf(schema: SchemaName): CorpusRun {
  const run = runs.get(schema) ?? runCorpus(schema, of(schema), ruleSet);
  runs.set(schema, run);
  return run;
}

const describeValues = (values: Readonly<Record<string, unknown>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ');

/** The bytes of a record, column by column. */
function bytesOf(batch: ColumnarBatch, row: number): Record<string, string> {
  return Object.fromEntries(
    batch.schema.columns.map(({ name, width }, index) => {
      const { buffer, byteOffset } = batch.columns[index]!;
      return [name, Buffer.from(buffer, byteOffset + row * width, width).toString('hex')];
    }),
  );
}

describe.each(SCHEMA_NAMES)('%s', (schema) => {
  const entries = of(schema).map((entry, index) => ({
    index,
    expected: entry.expected,
    title: [
      describeValues(entry.changes),
      ...(entry.instrument === 'unknown' ? [] : [`of a ${entry.instrument}`]),
      ...(entry.before ? [`after ${describeValues(entry.before)}`] : []),
    ].join(' '),
  }));

  it.each(entries)('$title: $expected', ({ index, expected }) => {
    const { results, positions } = runOf(schema);
    expect(results[positions[index]!]).toBe(expected);
  });

  it('loses and doubles no record, and its sums hold', () => {
    const { input, results, headers, accepted, refused, positions, reasons } = runOf(schema);
    const left = results.filter((result) => result?.startsWith('filtered')).length;
    const away = refused.reduce((sum, { length }) => sum + length, 0);
    expect(left + away + accepted.length).toBe(input.length);
    expect(results).not.toContain(undefined);
    for (const header of headers) {
      expect(header).toMatchObject({ fetched: input.length, filtered: left, quarantined: away });
    }
    const ordinals = [accepted, ...refused].flatMap((batch) => [...batch.ordinals()]);
    expect(new Set(ordinals).size).toBe(ordinals.length);
    expect(reasons).toHaveLength(away);
    expect(reasons.filter((reason) => reason.trim() === '')).toEqual([]);
    const entriesAt = new Set(positions);
    const before = results.filter((_, position) => !entriesAt.has(position));
    expect(before.filter((result) => result !== 'stored')).toEqual([]);
  });

  it('leaves every value as it was, also of the refused', () => {
    const { input, accepted, refused } = runOf(schema);
    for (const batch of [accepted, ...refused]) {
      batch.ordinals().forEach((ordinal, row) => {
        const { [ORDINAL]: _, ...values } = bytesOf(batch, row);
        expect(bytesOf(input, ordinal)).toMatchObject(values);
      });
    }
  });
});

it('has at least 200 records that are not simply stored, and some of each outcome for every schema', () => {
  expect(CORPUS.filter(({ expected }) => expected !== 'stored').length).toBeGreaterThanOrEqual(200);
  for (const schema of SCHEMA_NAMES) {
    const kinds = new Set(of(schema).map(({ expected }) => expected.split(' ')[0]));
    expect(kinds).toEqual(new Set(['filtered', 'quarantined', 'stored', 'stored,']));
  }
});

it('has a record that each shipped rule is true of', () => {
  const missing = SCHEMA_NAMES.flatMap((schema) =>
    ruleSet.schemas
      .get(schema)!
      .rules.filter(({ stage }) => stage !== 'chunk' && stage !== 'filter')
      .filter(({ name, severity }) => {
        const told = severity === 'error' ? `quarantined ${name}` : `${severity} ${name}`;
        return !of(schema).some(({ expected }) => expected.split(', ').includes(told));
      })
      .map(({ name }) => `${schema} ${name}`),
  );
  expect(missing).toEqual([]);
});

interface ValidationText {
  schemas: SchemaName[];
  structure: { name: string }[];
  business: { name: string }[];
}

/** The rules of one file without one of them, and none for other schemas. */
function without(text: ValidationText, rule: string) {
  const others = SCHEMA_NAMES.filter((name) => !text.schemas.includes(name));
  const kept = ({ name }: { name: string }): boolean => name !== rule;
  const structure = text.structure.filter(kept);
  const business = text.business.filter(kept);
  return compileRuleSet({
    rules: [FILTER],
    validation: [
      { path: 'validation/others.yaml', text: stringify({ schemas: others }) },
      { path: 'validation/less.yaml', text: stringify({ ...text, structure, business }) },
    ],
  });
}

const RULES = shippedRules().validation.flatMap(({ path, text }) => {
  const parsed = parse(text) as ValidationText;
  return [...parsed.structure, ...parsed.business].map(({ name }) => ({ path, name, parsed }));
});

it.each(RULES)('would notice if $name vanished from $path', ({ name, parsed }) => {
  const less = without(parsed, name);
  for (const schema of parsed.schemas) {
    const entries = of(schema);
    const { results, positions } = runCorpus(schema, entries, less);
    const unlike = entries.filter(({ expected }, index) => results[positions[index]!] !== expected);
    expect(unlike.length).toBeGreaterThan(0);
    for (const { expected } of unlike) expect(expected).toContain(name);
  }
});
