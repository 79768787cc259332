import type { Faults } from './expression-error.js';
import type { Node } from './node.js';
import { ORDERED } from './value-type.js';
import type { ValueType } from './value-type.js';

export interface Parameter {
  readonly name: string;
  readonly types: readonly ValueType[];
  /** It is known when the rules are loaded. */
  readonly isLiteral?: true;
}

/** A call whose arguments were checked against the parameters. */
export interface Call {
  readonly faults: Faults;
  readonly place: { readonly start: number };
  readonly args: readonly Node[];
  /** The same for calls that compute the same. */
  readonly key: string;
}

/** One function of the language: adding a function is adding an entry. */
export interface FunctionEntry {
  readonly name: string;
  /** Of a method the first parameter stands before the dot. */
  readonly isMethod?: true;
  readonly parameters: readonly Parameter[];
  /** The last parameter may be repeated. */
  readonly isVariadic?: true;
  /** The type of the result in words, for the reference. */
  readonly result: string;
  readonly meaning: string;
  readonly example: string;
  /** @throws ExpressionError */
  readonly build: (call: Call) => Node;
}

/** Types that are held as numbers: those with an order. */
export const NUMBERS = ORDERED;
export const ANY: readonly ValueType[] = [...NUMBERS, 'bool', 'char', 'string', 'session'];

/** How a function is written: `time_of_day(time: timestamp, zone: 'literal') → duration`. */
export function signatureOf(entry: FunctionEntry): string {
  const parameters = entry.parameters.map(({ name, types, isLiteral }) => {
    const type = types === ANY ? 'any' : types === NUMBERS ? 'number' : types.join(' or ');
    return `${name}: ${isLiteral ? 'literal ' : ''}${type}`;
  });
  const shown = entry.isMethod ? parameters.slice(1) : parameters;
  const receiver = entry.isMethod ? `${entry.parameters[0]!.name}.` : '';
  const more = entry.isVariadic ? ', …' : '';
  return `${receiver}${entry.name}(${shown.join(', ')}${more}) → ${entry.result}`;
}
