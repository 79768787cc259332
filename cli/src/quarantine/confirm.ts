import { createInterface } from 'node:readline/promises';
import { CliError } from '../cli-error.js';

/**
 * Asks a person on the terminal.
 * @throws CliError for another answer than yes, and where nobody can be asked.
 */
export async function confirm(question: string, isSaid: boolean): Promise<void> {
  if (isSaid) return;
  if (!process.stdin.isTTY) throw new CliError(`${question}: say --yes if so`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${question}? [y/N] `);
    if (/^y(es)?$/i.test(answer.trim())) return;
  } catch (error) {
    // Ctrl+C and Ctrl+D.
    if ((error as Error).name !== 'AbortError') throw error;
    process.stderr.write('\n');
  } finally {
    terminal.close();
  }
  throw new CliError('nothing was changed');
}
