// Infers a cached test for every package, so that no package repeats scripts. What they compile to is
// not cached by nx: `tsc -b` itself knows what is up to date.
import { globSync } from 'node:fs';
import { dirname } from 'node:path';

export const resultsFolder = '.nx/test-results';

/** The tests of these start services, which their code does not import. */
const wholeSystem = new Set(['bench', 'cli', 'e2e']);
const packageFiles = '{bench,cli,e2e,libs/*,services/*}/package.json';

/** A name for each package's result file: `libs-records`. */
export function testedPackages() {
  return globSync(packageFiles).map((file) => resultName(dirname(file)));
}

export const createNodesV2 = [
  `{package.json,${packageFiles}}`,
  (files) =>
    files.map((file) => {
      const root = dirname(file);
      return [file, { projects: { [root]: { root, ...describeProject(root, files) } } }];
    }),
];

function describeProject(root, files) {
  if (root === '.') {
    return { targets: { build: { command: 'tsc -b' } } };
  }
  const services = files.filter((file) => file.startsWith('services/'));
  return {
    targets: { test: testTarget(root) },
    implicitDependencies: wholeSystem.has(root) ? services.map(packageName) : [],
  };
}

function testTarget(root) {
  const results = `${resultsFolder}/${resultName(root)}.json`;
  return {
    // --forceExit: a failed test that left a server running must not hold up the others.
    command:
      `mkdir -p ${resultsFolder} && ` +
      'NODE_OPTIONS="--experimental-vm-modules --disable-warning=ExperimentalWarning" ' +
      `jest --runInBand --forceExit --passWithNoTests --roots=${root} --json --outputFile=${results} >/dev/null`,
    cache: true,
    dependsOn: [{ projects: ['tapeline-workspace'], target: 'build' }],
    inputs: ['source', '^source', 'workspace'],
    outputs: [`{workspaceRoot}/${results}`],
  };
}

function packageName(file) {
  return `@tapeline/${dirname(file).replace('services/', '')}`;
}

function resultName(root) {
  return root.replace('/', '-');
}
