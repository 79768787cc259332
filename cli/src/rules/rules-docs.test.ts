/** Commands in docs/rules.md are commands that there are. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';

const tapeline = fileURLToPath(new URL('../../bin/tapeline.js', import.meta.url));
const docs = readFileSync(new URL('../../../docs/rules.md', import.meta.url), 'utf8');

/** Of each command its words, such as `rules diff`, and its options. */
const commands = [...docs.matchAll(/^tapeline (.*?)(?: {2,}#.*)?$/gm)].map(([, line]) => ({
  line: line!,
  words: /^(?:(?:rules|quarantine) )?[a-z]+/.exec(line!)![0],
  options: line!.match(/--[a-z-]+/g) ?? [],
}));

it('has commands of every kind', () => {
  expect(new Set(commands.map(({ words }) => words))).toEqual(
    new Set([
      'rules check',
      'rules list',
      'rules test',
      'rules diff',
      'ingest',
      'quarantine stats',
      'quarantine replay',
      'quarantine discard',
      'quarantine export',
    ]),
  );
});

it.each(commands)('tapeline $line', ({ words, options }) => {
  const help = execFileSync(process.execPath, [tapeline, ...words.split(' '), '--help'], {
    encoding: 'utf8',
  });
  expect(help).toContain(`Usage: tapeline ${words}`);
  for (const option of options) expect(help).toMatch(new RegExp(`${option}[ ,]`));
});
