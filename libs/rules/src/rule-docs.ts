import type { SchemaName } from '@tapeline/records';
import type { RuleInfo, RuleSet, SchemaRules } from './rule-set/index.js';

/** The lines between which a document has the tables of rules. */
const BEGIN = '<!-- The tables of rules are written by `npm run docs`. -->';
const END = '<!-- End of the tables. -->';

/** The document with the tables of these rules. @throws Error if it has no place for them. */
export function replaceRuleDocs(document: string, ruleSet: RuleSet): string {
  const [from, to] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`the document has no lines ${BEGIN} and ${END}`);
  const head = document.slice(0, from + BEGIN.length);
  return `${head}\n\n${renderRuleDocs(ruleSet)}\n${document.slice(to)}`;
}

/** Every rule as Markdown: a table for each file, in the order in which the rules are applied. */
function renderRuleDocs(ruleSet: RuleSet): string {
  const files = new Map<string, { schemas: SchemaName[]; rules: SchemaRules }>();
  for (const [name, rules] of ruleSet.schemas) {
    for (const file of new Set(rules.rules.map((rule) => rule.file))) {
      const known = files.get(file) ?? { schemas: [], rules };
      known.schemas.push(name);
      files.set(file, known);
    }
  }
  return [...files]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, { schemas, rules }]) => renderFile(file, schemas, rules))
    .join('\n');
}

function renderFile(file: string, schemas: readonly SchemaName[], all: SchemaRules): string {
  const rules = all.rules.filter((rule) => rule.file === file);
  const isFilters = rules.every(({ stage }) => stage === 'filter');
  return [
    `### configs/${file}: ${schemas.join(', ')}`,
    '',
    ...(isFilters ? [] : [limitOf(all), '']),
    '| stage | rule | severity | true of records where, or parameters | what is said |',
    '|---|---|---|---|---|',
    ...rules.map(row),
    '',
  ].join('\n');
}

const limitOf = ({ maxRefused }: SchemaRules): string =>
  maxRefused === null
    ? 'Any share of a chunk may be refused.'
    : `At most ${Number((maxRefused * 100).toFixed(6))} % of a chunk may be refused without a person.`;

function row({ stage, name, severity, expression, description }: RuleInfo): string {
  const cells = [stage, `\`${name}\``, severity, code(expression), cell(description)];
  return `| ${cells.join(' | ')} |`;
}

const code = (text: string): string => (text === '' ? '' : `\`${cell(text)}\``);

/** On one line, and with bars that end no cell. */
const cell = (text: string): string =>
  text
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replaceAll('|', String.raw`\|`);
