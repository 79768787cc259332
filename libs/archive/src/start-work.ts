/** For tests: starts a process that works on a chunk. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Work } from './work-on-chunk.js';

export interface RunningWork {
  readonly child: ChildProcess;
  /** What it says, as it does. */
  readonly lines: AsyncIterable<Record<string, unknown>>;
  /** Everything it says, once it has ended, and the signal that ended it. */
  readonly ended: () => Promise<{
    readonly said: readonly Record<string, unknown>[];
    readonly signal: NodeJS.Signals | null;
    readonly code: number | null;
  }>;
}

export function startWork(work: Work): RunningWork {
  const script = fileURLToPath(new URL('work-on-chunk.js', import.meta.url));
  const child = spawn(process.execPath, [script, JSON.stringify(work)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      NODE_COMPILE_CACHE: join(tmpdir(), 'tapeline-compiled'),
    },
  });
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const lines = parsed(createInterface(child.stdout));
  return {
    child,
    lines,
    async ended() {
      const said: Record<string, unknown>[] = [];
      for await (const line of lines) said.push(line);
      const [code, signal] = await closed;
      return { said, signal, code };
    },
  };
}

async function* parsed(lines: AsyncIterable<string>): AsyncGenerator<Record<string, unknown>> {
  for await (const line of lines) yield JSON.parse(line) as Record<string, unknown>;
}
