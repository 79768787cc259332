import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CliError } from '../cli-error.js';

/** A program of PostgreSQL with what it is told. */
interface ProgramCall {
  readonly path: string;
  readonly args: readonly string[];
  /** Over this process's variables. */
  readonly env: Readonly<Record<string, string>>;
}

/** Lines of the program's complaint that an error repeats. */
const COMPLAINT_LINES = 10;

/** The standard output of a program. @throws CliError at its end, with its complaint, if it failed. */
export async function* outputOf(call: ProgramCall): AsyncGenerator<Uint8Array> {
  const { child, ended } = start(call);
  child.stdin.end();
  try {
    yield* child.stdout as AsyncIterable<Uint8Array>;
    await ended;
  } finally {
    child.kill();
  }
}

/** Gives a program its standard input. @throws CliError with its complaint if it failed. */
export async function feed(call: ProgramCall, source: AsyncIterable<Uint8Array>): Promise<void> {
  const { child, ended } = start(call);
  child.stdout.resume();
  try {
    // A program that fails closes its input; what it complains of says more.
    await pipeline(source, child.stdin).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
    });
    await ended;
  } finally {
    child.kill();
  }
}

function start({ path, args, env }: ProgramCall) {
  const child = spawn(path, args, { env: { ...process.env, ...env } });
  const complaint = collect(child.stderr);
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new CliError(`${path} failed (${signal ?? code}):\n${complaint()}`));
    });
  });
  ended.catch(() => undefined);
  return { child, ended };
}

function collect(stream: Readable): () => string {
  let lines: string[] = [];
  stream.setEncoding('utf8').on('data', (text: string) => {
    lines = [...lines, ...text.split('\n').filter(Boolean)].slice(-COMPLAINT_LINES);
  });
  return () => lines.join('\n');
}
