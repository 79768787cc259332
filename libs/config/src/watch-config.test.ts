import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { watchConfig } from './watch-config.js';
import type { ConfigFiles, ConfigWatch } from './watch-config.js';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

interface Compiled {
  readonly version: string;
}

/** Joins the texts of all files; fails at one that says so. */
const compile = (files: Readonly<Record<'rules' | 'calendars', ConfigFiles>>): Compiled => {
  const texts = [...files.rules, ...files.calendars].map(({ text }) => text);
  if (texts.includes('bad')) throw new RangeError('rules/a.yaml:1:1: bad');
  return { version: texts.join('+') };
};

/** A watched folder with one file, and the next thing that it tells. */
function setup(text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'watch-config-'));
  closing.push(() => rmSync(folder, { recursive: true }));
  const write = (path: string, content: string): void => writeFileSync(join(folder, path), content);
  mkdirSync(join(folder, 'rules'));
  write('rules/a.yaml', text);
  let tell: (told: string) => void = () => undefined;
  const told = (): Promise<string> => new Promise((resolve) => (tell = resolve));
  const logger = {
    info: (details: object, message: string) => tell(`${message} ${JSON.stringify(details)}`),
    error: (_: object, message: string) => tell(message),
  };
  const start = (): ConfigWatch<Compiled> => {
    const watching = watchConfig(folder, ['rules', 'calendars'], compile, logger);
    closing.unshift(watching.close);
    return watching;
  };
  return { folder, write, told, start };
}

it('compiles again when a file changes, is added or removed', async () => {
  const { folder, write, told, start } = setup('one');
  const watching = start();
  expect(watching.current.version).toBe('one');
  let next = told();
  write('rules/a.yaml', 'two');
  expect(await next).toBe('the rules changed {"before":"one","version":"two"}');
  expect(watching.current.version).toBe('two');
  next = told();
  write('rules/b.yaml', 'three');
  expect(await next).toContain('"version":"two+three"');
  next = told();
  rmSync(join(folder, 'rules/a.yaml'));
  expect(await next).toContain('"version":"three"');
});

it('keeps what it has while the files are wrong', async () => {
  const { write, told, start } = setup('one');
  const watching = start();
  let next = told();
  write('rules/a.yaml', 'bad');
  expect(await next).toBe('the rules stay as they were: rules/a.yaml:1:1: bad');
  expect(watching.current.version).toBe('one');
  next = told();
  write('rules/a.yaml', 'two');
  expect(await next).toContain('the rules changed');
  expect(watching.current.version).toBe('two');
});

it('follows a folder that appears later, and one that is replaced', async () => {
  const { folder, write, told, start } = setup('one');
  const watching = start();
  let next = told();
  mkdirSync(join(folder, 'calendars'));
  write('calendars/c.yaml', 'cme');
  expect(await next).toContain('"version":"one+cme"');
  next = told();
  rmSync(join(folder, 'calendars'), { recursive: true });
  expect(await next).toContain('"version":"one"');
  next = told();
  mkdirSync(join(folder, 'calendars'));
  write('calendars/c.yaml', 'eurex');
  expect(await next).toContain('"version":"one+eurex"');
  next = told();
  write('calendars/c.yaml', 'ice');
  expect(await next).toContain('"version":"one+ice"');
  expect(watching.current.version).toBe('one+ice');
});

it('does not begin with files that are wrong', () => {
  expect(() => setup('bad').start()).toThrow('rules/a.yaml:1:1: bad');
});
