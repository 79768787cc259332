import { spawn } from 'node:child_process';

/** Runs psql commands on a database. @throws Error that says how to get psql where there is none. */
export function psql(url: string, commands: readonly string[]): Promise<string> {
  const fixed = ['--no-psqlrc', '--quiet', '--set', 'ON_ERROR_STOP=1', url];
  const child = spawn('psql', [...fixed, ...commands.flatMap((command) => ['-c', command])], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => {
      reject(
        new Error("the peer is psql, which is not here: install PostgreSQL's client", { cause }),
      );
    });
    child.once('close', (code) => {
      if (code === 0) resolve(out);
      else reject(new Error(`psql ended with ${code}: ${errors.trim()}`));
    });
  });
}
