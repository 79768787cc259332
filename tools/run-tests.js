// `npm test`: lint, format, unused code, then the tests of every package. A package's tests are not
// run again while nothing they depend on has changed; `npm test -- --no-cache` runs them all the same.
// The last line counts everything: "N passed, N failed, N skipped".
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

import { resultsFolder, testedPackages } from './nx-targets.js';

const checks = [
  ['oxlint', '--deny-warnings'],
  ['oxfmt', '--check', '.'],
  ['knip', '--no-progress', '--no-config-hints'],
];
const totals = { passed: 0, failed: 0, skipped: 0 };

for (const command of checks) {
  const ok = run(command);
  totals[ok ? 'passed' : 'failed'] += 1;
  console.log(`${ok ? '✓' : '✗'} ${command.join(' ')}`);
}

removeOrphans();
rmSync(resultsFolder, { recursive: true, force: true });
mkdirSync(resultsFolder, { recursive: true });
const noCache = process.argv.includes('--no-cache') ? ['--skip-nx-cache'] : [];
const testsOk = run(['nx', 'run-many', '--target=test', '--parallel=2', ...noCache]);
addResults();

if (!testsOk && totals.failed === 0) {
  totals.failed = 1;
}
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exitCode = totals.failed === 0 ? 0 : 1;

/** Runs a program and tells whether it succeeded. What it prints is printed, without colour in logs. */
function run([command, ...args]) {
  const plain = !process.stdout.isTTY;
  // oxlint colours whatever it is told, so what it prints is caught; nx obeys FORCE_COLOR and shows
  // how far it is.
  const caught = plain && command !== 'nx';
  const { status, error, stdout } = spawnSync(command, args, {
    stdio: ['ignore', caught ? 'pipe' : 'inherit', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: {
      ...process.env,
      ...(plain && { FORCE_COLOR: '0', NO_COLOR: undefined }),
      // Or a process of nx outlives it.
      NX_ISOLATE_PLUGINS: 'false',
    },
  });
  if (error) {
    console.error(`${command} could not be started: ${error.message}. Run npm ci.`);
  }
  process.stdout.write(stripVTControlCharacters(stdout ?? ''));
  return status === 0;
}

/** Removes compiled tests whose source has gone, which `tsc -b` leaves behind. */
function removeOrphans() {
  for (const compiled of globSync('{bench,cli,e2e,libs/*,services/*}/dist/**/*.test.js')) {
    if (!existsSync(compiled.replace('/dist/', '/src/').replace(/\.js$/u, '.ts'))) {
      rmSync(compiled);
    }
  }
}

/** Adds up what jest wrote of each package, in this run or in the cached one. */
function addResults() {
  const files = readdirSync(resultsFolder);
  for (const name of testedPackages()) {
    if (!files.includes(`${name}.json`)) {
      console.error(`✗ ${name}: its tests left no result`);
      totals.failed += 1;
      continue;
    }
    const result = JSON.parse(readFileSync(join(resultsFolder, `${name}.json`), 'utf8'));
    totals.passed += result.numPassedTests;
    totals.failed += result.numFailedTests;
    // A file that could not be loaded has no tests to count.
    totals.failed += result.numRuntimeErrorTestSuites;
    totals.skipped += result.numPendingTests + result.numTodoTests;
    reportSkipped(result);
  }
}

function reportSkipped(result) {
  for (const { assertionResults } of result.testResults) {
    for (const { status, fullName } of assertionResults) {
      if (status === 'pending' || status === 'todo') {
        console.log(`skipped: ${fullName}`);
      }
    }
  }
}
