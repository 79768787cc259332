/** Wrong expressions in rule files: each is told with its place in the file, however YAML writes it. */
import { describe, expect, it } from '@jest/globals';
import { SCHEMA_NAMES } from '@tapeline/records';
import { RuleError } from '../rule-error.js';
import type { RuleFault } from '../rule-error.js';
import { compileRuleSet } from '../rule-set/index.js';
import { WRONG_CONDITIONS, WRONG_FILES } from './wrong-expressions.js';

const MARK = '«';

/** Ways to write a text in YAML. Marks stay where they are. */
const STYLES: readonly (readonly [name: string, write: (text: string) => string | undefined])[] = [
  // The place after the end of a plain text is none of its own.
  ['plain', (text) => (isPlain(text.replace(MARK, '')) && !text.endsWith(MARK) ? text : undefined)],
  ['single quotes', (text) => `'${text.replaceAll("'", "''")}'`],
  ['double quotes', (text) => `"${text.replaceAll('"', String.raw`\"`)}"`],
  ['a literal block', (text) => `|\n      ${text}`],
  ['a folded block over lines', (text) => `>-\n      ${text.replaceAll(' && ', ' &&\n      ')}`],
];

/** YAML takes it for this very text. */
const isPlain = (text: string): boolean => !/^[!&*|>%@`'"{[-]|: | #/.test(text);

/** Where a condition may stand, in turn. */
const SLOTS: readonly (readonly ['rules' | 'validation', (text: string) => string])[] = [
  ['rules', (text) => `filter:\n  - name: a\n    when: ${text}`],
  ['validation', (text) => `structure:\n  - name: a\n    reason: b\n    refuse: ${text}`],
  [
    'validation',
    (text) => `business:\n  - name: a\n    severity: warn\n    reason: b\n    when: ${text}`,
  ],
];

interface Case {
  readonly title: string;
  readonly folder: 'rules' | 'validation';
  /** The file, with the mark. */
  readonly marked: string;
  readonly message: string;
}

const CASES: readonly Case[] = WRONG_CONDITIONS.flatMap(([marked, message], index) => {
  const [folder, place] = SLOTS[index % SLOTS.length]!;
  return STYLES.flatMap(([style, write]) => {
    const text = write(marked);
    if (text === undefined) return [];
    const title = `${marked.replace(MARK, '')} in ${style}`;
    return [{ title, folder, marked: place(text), message }];
  });
});

const OTHERS = SCHEMA_NAMES.filter((name) => name !== 'tbbo').join(', ');

/** The faults of files of which one holds the text; `tbbo` is of no other. */
function faultsOf(folder: 'rules' | 'validation', text: string): readonly RuleFault[] {
  const others = { path: 'others.yaml', text: `schemas: [${OTHERS}]` };
  const sound = { path: 'sound.yaml', text: 'schemas: [tbbo]' };
  const files = { rules: [others, sound], validation: [others, sound] };
  try {
    compileRuleSet({ ...files, [folder]: [others, { path: `${folder}/wrong.yaml`, text }] });
    return [];
  } catch (error) {
    if (error instanceof RuleError) return error.faults;
    throw error;
  }
}

/** A place as `line:column`, from 1. */
function placeOf(marked: string): string {
  const before = marked.slice(0, marked.indexOf(MARK)).split('\n');
  return `${before.length}:${before.at(-1)!.length + 1}`;
}

/** What is told of a file, and what is to be told: the place is that of the mark. */
function toldOf({ folder, marked: body, message }: Omit<Case, 'title'>) {
  const marked = `schemas: [tbbo]\n${body}\n`;
  const told = faultsOf(folder, marked.replace(MARK, '')).map(
    (fault) => `${fault.path}:${fault.line}:${fault.column}: ${fault.message}`,
  );
  const place = `${folder}/wrong.yaml:${placeOf(marked)}: `;
  return { told, expected: [expect.stringContaining(message)], place };
}

describe('a wrong condition', () => {
  it.each(CASES)('$title', (wrong) => {
    const { told, expected, place } = toldOf(wrong);
    expect(told).toEqual(expected);
    expect(told[0]).toContain(place);
  });

  it('is one of more than fifty', () => {
    expect(new Set(WRONG_CONDITIONS.map(([text]) => text)).size).toBeGreaterThan(50);
    expect(WRONG_CONDITIONS.filter(([, message]) => message === '')).toEqual([]);
  });
});

it.each(WRONG_FILES)('in %s: %s', (folder, marked, message) => {
  const { told, expected, place } = toldOf({ folder, marked, message });
  expect(told).toEqual(expected);
  expect(told[0]).toContain(place);
});
