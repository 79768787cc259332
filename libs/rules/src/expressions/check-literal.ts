import { readLiteral } from './coerce.js';
import type { Faults } from './expression-error.js';
import { constantNode } from './node.js';
import type { Node } from './node.js';
import { parseDecimal } from './parse-literal.js';

/** A literal by its source text, so that `0.1` is exact. @throws ExpressionError */
export function checkLiteral(
  place: { readonly start: number; readonly end: number },
  value: unknown,
  faults: Faults,
): Node {
  if (value === null) return constantNode(place, 'null', null);
  if (typeof value === 'boolean') return constantNode(place, 'bool', value);
  if (typeof value === 'string') {
    const strange = /[^\x20-\x7e]/.exec(value);
    if (strange) {
      throw faults.at(place, 'bad_literal', `columns hold printable ASCII, never '${strange[0]}'`);
    }
    return constantNode(place, 'string', value);
  }
  if (typeof value === 'bigint') return numberNode(place, 'int', value, faults);
  if (typeof value === 'number') {
    const text = faults.text.slice(place.start, place.end);
    return numberNode(place, 'decimal', readLiteral(faults, place, text, parseDecimal), faults);
  }
  throw faults.at(place, 'unsupported', 'unsigned and bytes literals are not part of the language');
}

// One beyond int64 is allowed, so that the sign before it can make it the smallest value.
function numberNode(
  place: { start: number },
  type: 'int' | 'decimal',
  value: bigint,
  faults: Faults,
): Node {
  const limit = type === 'int' ? 2n ** 64n - 1n : 2n ** 63n;
  if (value > limit) throw faults.at(place, 'bad_literal', `the number is too large for ${type}`);
  return constantNode(place, type, value);
}
