/** Anyone may send a command, so events may hold text that PostgreSQL has no room for. */

/** The text without what `text` cannot hold: NUL and halves of surrogate pairs become U+FFFD. */
export const storableText = (text: string): string =>
  text.replaceAll('\0', '\u{fffd}').toWellFormed();

/** The value as JSON text that `jsonb` takes; the same characters are replaced. */
export function storableJson(value: unknown): string {
  // JSON.stringify writes a surrogate as an escape only where it is half of a pair.
  return JSON.stringify(value ?? null).replaceAll(
    /\\(u0000|ud[89a-f][0-9a-f]{2}|.)/g,
    (escape, code: string) => (code.length > 1 ? String.raw`\ufffd` : escape),
  );
}
