import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processStart, stopProcesses } from '@tapeline/embedded';
import { CliError } from '../cli-error.js';
import { readStackFile, removeStackFile, stackFolder } from '../stack/stack-file.js';

const STOP_TIMEOUT_MS = 60_000;

/** `tapeline down`: stops the running stack, or what a killed one left behind. Data stay. */
export async function down(options: { readonly folder?: string }): Promise<void> {
  const stack = readStackFile();
  if (stack) {
    const { pid, start } = stack.supervisor;
    process.kill(pid, 'SIGTERM');
    for (const deadline = Date.now() + STOP_TIMEOUT_MS; processStart(pid) === start;) {
      if (Date.now() > deadline) {
        throw new CliError(
          `the stack (pid ${pid}) does not stop; its log is in ${stack.folder}/logs`,
        );
      }
      await delay(50);
    }
  }
  const folder = stack?.folder ?? stackFolder(options.folder);
  const left = await stopProcesses(join(folder, 'run'));
  removeStackFile();
  if (stack) console.log('stopped; the data stay in', stack.folder);
  else if (left.length > 0) console.log(`stopped what was left: ${left.join(', ')}`);
  else console.log('nothing was running');
}
