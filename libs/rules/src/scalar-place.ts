import { Scalar } from 'yaml';

/** Characters after a backslash between double quotes that stand for themselves and more digits. */
const ESCAPE_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/**
 * Where a character of a YAML scalar's value stands in the file: lines may be folded and indented, quotes
 * doubled, and characters escaped.
 * @param offset of the character in the scalar's value.
 * @returns its offset in `source`.
 */
export function scalarPlace(source: string, scalar: Scalar, offset: number): number {
  const [start, end] = scalar.range!;
  const value = String(scalar.value);
  const isBlock = scalar.type === Scalar.BLOCK_LITERAL || scalar.type === Scalar.BLOCK_FOLDED;
  const isQuoted = scalar.type === Scalar.QUOTE_DOUBLE || scalar.type === Scalar.QUOTE_SINGLE;
  let at = isBlock ? source.indexOf('\n', start) + 1 : start + (isQuoted ? 1 : 0);
  for (let index = 0; index <= offset && index < value.length; index++) {
    const character = value[index]!;
    // Folding changes white space only: what is not white is found behind any amount of it.
    if (!isWhite(character)) while (at < end && isWhite(source[at]!)) at++;
    if (index === offset) return at;
    if (isWhite(character) && !isWhite(source[at]!)) continue;
    at += width(source, at, scalar.type);
  }
  return Math.min(at, Math.max(start, end - 1));
}

const isWhite = (character: string): boolean => /\s/.test(character);

/** Characters in the file of one in the value. */
function width(source: string, at: number, type: Scalar.Type | undefined): number {
  if (type === Scalar.QUOTE_SINGLE && source.startsWith("''", at)) return 2;
  if (type === Scalar.QUOTE_DOUBLE && source[at] === '\\') {
    return 2 + (ESCAPE_DIGITS[source[at + 1]!] ?? 0);
  }
  return 1;
}
