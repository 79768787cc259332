/** Literals take the type of what they stand beside. */
import { SESSIONS } from '@tapeline/records';
import type { Faults } from './expression-error.js';
import { constantNode } from './node.js';
import type { Node } from './node.js';
import { parseDate } from './parse-literal.js';
import type { ValueType } from './value-type.js';

const PRICE_SCALE = 1_000_000_000n;

/** The types that a constant could also have, likeliest first. */
export const alternatives = (node: Node): readonly ValueType[] => {
  if (node.value === undefined) return [];
  if (node.type === 'int') return ['decimal', 'price'];
  return node.type === 'decimal' ? ['price'] : [];
};

/**
 * The node as a value of `type`; undefined if it is none and does not become one.
 * @throws ExpressionError if it is a literal that is wrong for the type.
 */
export function coerce(faults: Faults, node: Node, type: ValueType): Node | undefined {
  if (node.type === type) return node;
  if (node.type === 'null') return constantNode(node, type, null);
  const { value } = node;
  if (typeof value === 'bigint' && alternatives(node).includes(type)) {
    const raw = node.type === 'int' ? value * PRICE_SCALE : value;
    if (raw < -(2n ** 63n) || raw >= 2n ** 63n) {
      throw faults.at(node, 'bad_literal', `the number is too large for a ${type}`);
    }
    return constantNode(node, type, raw);
  }
  return typeof value === 'string' && node.type === 'string'
    ? coerceText(faults, node, value, type)
    : undefined;
}

function coerceText(faults: Faults, node: Node, text: string, type: ValueType): Node | undefined {
  if (type === 'char') {
    if (!/^[\x20-\x7e]$/.test(text)) {
      throw faults.at(
        node,
        'bad_literal',
        `'${text}' is compared with a char, so it is one letter`,
      );
    }
    return constantNode(node, 'char', BigInt(text.charCodeAt(0)));
  }
  if (type === 'date')
    return constantNode(node, 'date', readLiteral(faults, node, text, parseDate));
  if (type === 'session') {
    const code = (SESSIONS as readonly string[]).indexOf(text);
    if (code < 0) throw faults.unknown(node, 'bad_enum', 'session', text, SESSIONS);
    return constantNode(node, 'session', BigInt(code));
  }
  return undefined;
}

/** The parsed text of a literal. @throws ExpressionError at the literal. */
export function readLiteral<T>(
  faults: Faults,
  place: { start: number },
  text: string,
  parse: (text: string) => T,
): T {
  try {
    return parse(text);
  } catch (error) {
    throw faults.at(place, 'bad_literal', (error as Error).message);
  }
}

/** All nodes as values of one type, or undefined. */
export function unify(faults: Faults, nodes: readonly Node[]): readonly Node[] | undefined {
  const fixed = nodes.find((node) => node.value === undefined);
  const candidates = new Set<ValueType>();
  if (fixed) candidates.add(fixed.type);
  else for (const node of nodes) candidates.add(node.type);
  for (const node of nodes) for (const type of alternatives(node)) candidates.add(type);
  candidates.delete('null');
  for (const type of candidates) {
    if (fixed && type !== fixed.type) continue;
    const unified = nodes.map((node) => coerce(faults, node, type));
    if (unified.every((node) => node !== undefined)) return unified;
  }
  return undefined;
}

/** What a mismatch is probably cured by. */
export function hint(a: Node, b: Node): string {
  const [literal, other] = a.value === undefined ? [b, a] : [a, b];
  if (literal.value === undefined) return '';
  if (other.type === 'timestamp') return ": write timestamp('2024-07-01T13:30:00Z')";
  if (other.type === 'duration') return ": write duration('5s')";
  if (other.type === 'int' && literal.type === 'decimal') return ': an int has no fraction';
  if (other.type === 'string' || other.type === 'char') return ': put text between quotes';
  return literal.type === 'string' ? ': write a number without quotes' : '';
}
