// Makes a fresh checkout ready and hands over: `node tools/setup.mjs demo|test|bench|up|… [arguments]`.
// It comes before `npm ci`, so it needs nothing but Node 20. What is done already is not done again.
// Progress goes to standard error: standard output belongs to the command.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { explainInstallFailure, explainNodeFailure, Remedy } from './explain-failure.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'node_modules', '.bin');
// Without any node_modules/.bin, so that npm does not run on the very Node that it replaces.
const outerPath = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => !folder.endsWith(join('node_modules', '.bin')))
  .join(delimiter);
const innerPath = `${bin}${delimiter}${outerPath}`;

const NEEDED_BYTES = 1e9;
const commands = {
  demo: ['cli/bin/tapeline.js', 'demo'],
  up: ['cli/bin/tapeline.js', 'up'],
  test: ['tools/run-tests.js'],
  bench: ['bench/dist/main.js'],
  chaos: ['e2e/dist/chaos/run-chaos.js'],
  fuzz: ['libs/dbn/dist/fuzz/run-fuzz.js'],
};

try {
  const [name = '', ...args] = process.argv.slice(2);
  const command = commands[name];
  if (command === undefined) {
    throw new Remedy(`Say what to run: node tools/setup.mjs ${Object.keys(commands).join('|')}.`);
  }
  checkPlatform();
  if (!isInstalled()) {
    step('installing packages, about half a minute', installPackages);
  }
  step('checking Node 26', checkNode);
  step('compiling', compile);
  step('finding nats-server', findNatsServer);
  handOver([...command, ...args]);
} catch (error) {
  if (!(error instanceof Remedy)) {
    throw error;
  }
  console.error(error.message);
  process.exitCode = 1;
}

function step(title, action) {
  const start = performance.now();
  process.stderr.write(`  ${title} `);
  try {
    action();
  } catch (error) {
    process.stderr.write('✗\n');
    throw error;
  }
  process.stderr.write(`✓ ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
}

function checkPlatform() {
  const platform = `${process.platform}-${process.arch}`;
  const supported = ['linux-x64', 'linux-arm64', 'darwin-arm64'];
  if (!supported.includes(platform)) {
    throw new Remedy(
      `tapeline runs on ${supported.join(', ')}, and this is ${platform}: use Docker there (docker compose up).`,
    );
  }
}

/** Whether node_modules holds what package-lock.json asks for: npm keeps a lock file of what it did. */
function isInstalled() {
  const wanted = packagesOf('package-lock.json');
  const present = packagesOf(join('node_modules', '.package-lock.json'));
  return (
    existsSync(join(bin, 'node')) &&
    Object.entries(wanted).every(
      ([path, { version, optional, link }]) =>
        path === '' ||
        !path.includes('node_modules/') ||
        (present[path] === undefined
          ? optional === true
          : present[path].version === version && present[path].link === link),
    )
  );
}

function packagesOf(lockFile) {
  const path = join(root, lockFile);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : {};
}

function installPackages() {
  const { bavail, bsize } = statfsSync(root);
  // npm itself ignores a full disk while it unpacks optional packages, Node 26 among them.
  if (bavail * bsize < NEEDED_BYTES) {
    throw new Remedy(`The disk is full: make room for 1 GB at ${root} and run the command again.`);
  }
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier'];
  const patience = ['--fetch-retry-mintimeout=2000', '--fetch-retry-maxtimeout=8000'];
  const result = run('npm', ['ci', ...quiet, ...patience], outerPath);
  if (result.error) {
    throw new Remedy('npm was not found: install Node 20 or newer with npm (https://nodejs.org).');
  }
  if (result.status !== 0) {
    throw new Remedy(explainInstallFailure(result.output, root));
  }
}

function checkNode() {
  const result = run(join(bin, 'node'), ['--version'], innerPath);
  if (result.status !== 0) {
    throw new Remedy(explainNodeFailure(result.error?.message ?? result.output));
  }
}

function compile() {
  const result = run('tsc', ['-b'], innerPath);
  if (result.status !== 0) {
    throw new Remedy(
      `${result.output}\nThe code does not compile: correct the errors above and run the command again.`,
    );
  }
}

function findNatsServer() {
  const script =
    "import { findNatsServer } from '@tapeline/embedded';" +
    'await findNatsServer().catch((error) => { console.error(error.message); process.exit(1); });';
  const result = run('node', ['--input-type=module', '-e', script], innerPath);
  if (result.status !== 0) {
    throw new Remedy(result.output.trim());
  }
}

function run(command, args, path) {
  const result = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, PATH: path },
    maxBuffer: 64 * 1024 * 1024,
  });
  return { ...result, output: `${result.stdout ?? ''}${result.stderr ?? ''}` };
}

function handOver(args) {
  const child = spawn('node', args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: innerPath },
  });
  // Ctrl-C reaches both; this process waits for the other to end in good order.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}
