import { signatureOf } from '../function-entry.js';
import { FUNCTIONS } from './registry.js';

/** The reference of all functions as a Markdown table, for docs/rules-language.md. */
export function describeFunctions(): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const rows = FUNCTIONS.map(
    (entry) =>
      `| \`${cell(signatureOf(entry))}\` | ${cell(entry.meaning)} | \`${cell(entry.example)}\` |`,
  );
  return ['| function | meaning | example |', '|---|---|---|', ...rows].join('\n');
}
