import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { projectFolder } from '@tapeline/embedded';

import { makeTemporaryFolder } from './temporary-folder.js';

const core = ['contracts', 'dbn', 'historical-api', 'records', 'rules'];
const base = ['config', 'telemetry'];
const adapters = ['archive', 'bus', 'databento', 'storage'];
const everyLibrary = [...core, ...base, ...adapters, 'client', 'embedded'];
const services = ['fetcher', 'query-gateway', 'sandbox', 'transformer', 'validator', 'writer'];

/** What the code of each folder may import; anybody's tests may import `testing` besides. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(core.map((name) => [`libs/${name}`, core])),
  ...Object.fromEntries(base.map((name) => [`libs/${name}`, base])),
  ...Object.fromEntries(
    [...adapters, 'client', 'embedded'].map((name) => [`libs/${name}`, [...core, ...base]]),
  ),
  ...Object.fromEntries(
    services.map((name) => [`services/${name}`, [...core, ...base, ...adapters]]),
  ),
  'libs/testing': [...core, 'embedded'],
  cli: everyLibrary,
  bench: everyLibrary,
  e2e: [...everyLibrary, 'testing'],
};
const folders = Object.keys(allowed);
const targets = [...everyLibrary, ...services, 'testing'];

const root = projectFolder();
let refused: Set<string>;
let workspace = '';

/** Writes a file with one import into a folder of the copied layout. */
function probe(folder: string, name: string, specifier: string): void {
  const path = probePath(folder, name);
  mkdirSync(join(workspace, dirname(path)), { recursive: true });
  writeFileSync(join(workspace, path), `export { thing } from '${specifier}';\n`);
}

function probePath(folder: string, name: string): string {
  return join(folder, 'src', 'deeper', `${name}.ts`);
}

/** The files in which oxlint, with the project's own configuration, refuses an import. */
function lint(): Set<string> {
  const oxlint = join(root, 'node_modules', '.bin', 'oxlint');
  const { stdout } = spawnSync(oxlint, ['--format=json', '.'], {
    cwd: workspace,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const { diagnostics }: { diagnostics: { code: string; filename: string }[] } = JSON.parse(stdout);
  return new Set(
    diagnostics
      .filter(({ code }) => code === 'eslint(no-restricted-imports)')
      .map(({ filename }) => filename),
  );
}

beforeAll(() => {
  workspace = makeTemporaryFolder('layers');
  // Types of files that import nothing real cannot be checked.
  const config: Record<string, unknown> = JSON.parse(
    readFileSync(join(root, '.oxlintrc.json'), 'utf8'),
  );
  writeFileSync(join(workspace, '.oxlintrc.json'), JSON.stringify({ ...config, options: {} }));
  symlinkSync(join(root, 'node_modules'), join(workspace, 'node_modules'));
  for (const folder of folders) {
    for (const target of targets) {
      probe(folder, target, `@tapeline/${target}`);
      probe(folder, `${target}.test`, `@tapeline/${target}`);
    }
    probe(folder, 'sideways', '../../../records/src/index.js');
    probe(folder, 'sideways.test', '../../../records/dist/units.js');
    probe(folder, 'inside', '../copy/index.js');
  }
  refused = lint();
});

afterAll(() => {
  rmSync(workspace, { recursive: true, force: true });
});

describe('the linter', () => {
  it.each(folders)('lets %s import what its layer may, and nothing else', (folder) => {
    const may = allowed[folder] ?? [];
    const mayNot = targets.filter((target) => !may.includes(target));
    expect(targets.filter((target) => refused.has(probePath(folder, target)))).toEqual(mayNot);
  });

  it.each(folders)('lets the tests of %s import @tapeline/testing besides', (folder) => {
    const may = new Set([...(allowed[folder] ?? []), folder === 'libs/testing' ? '' : 'testing']);
    const mayNot = targets.filter((target) => !may.has(target));
    expect(targets.filter((target) => refused.has(probePath(folder, `${target}.test`)))).toEqual(
      mayNot,
    );
  });

  it.each(folders)('lets %s reach into no other package by a relative path', (folder) => {
    expect(refused.has(probePath(folder, 'sideways'))).toBe(true);
    expect(refused.has(probePath(folder, 'sideways.test'))).toBe(true);
    expect(refused.has(probePath(folder, 'inside'))).toBe(false);
  });
});

// A dynamic import escapes the rule above, but knip refuses packages that are not declared.
describe('package.json', () => {
  it('is looked at in every package', () => {
    const found = globSync('{bench,cli,e2e,libs/*,services/*}/package.json', { cwd: root });
    expect(found.map((file) => dirname(file)).toSorted()).toEqual(folders.toSorted());
  });

  it.each(folders)('of %s declares only what its layer may import', (folder) => {
    const manifest: Record<string, Record<string, string> | undefined> = JSON.parse(
      readFileSync(join(root, folder, 'package.json'), 'utf8'),
    );
    const may = allowed[folder] ?? [];
    expect(internal(manifest['dependencies']).filter((name) => !may.includes(name))).toEqual([]);
    expect(
      internal(manifest['devDependencies']).filter((name) => ![...may, 'testing'].includes(name)),
    ).toEqual([]);
  });
});

function internal(dependencies: Record<string, string> | undefined): string[] {
  return Object.keys(dependencies ?? {})
    .filter((name) => name.startsWith('@tapeline/'))
    .map((name) => name.slice('@tapeline/'.length));
}
