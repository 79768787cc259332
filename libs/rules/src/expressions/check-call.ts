import { coerce } from './coerce.js';
import type { Faults } from './expression-error.js';
import { signatureOf } from './function-entry.js';
import type { FunctionEntry, Parameter } from './function-entry.js';
import { FUNCTIONS } from './functions/registry.js';
import type { Node } from './node.js';

/**
 * A call of a function or method of the registry.
 * @param place where its name stands.
 * @throws ExpressionError
 */
export function checkCall(
  place: { readonly start: number },
  name: string,
  checkArguments: () => readonly Node[],
  isMethod: boolean,
  faults: Faults,
): Node {
  const entry = findFunction(place, name, isMethod, faults);
  const given = checkArguments();
  const least = entry.parameters.length;
  if (given.length < least || (given.length > least && !entry.isVariadic)) {
    const shift = isMethod ? 1 : 0;
    const message = `${name} takes ${least - shift} ${least - shift === 1 ? 'argument' : 'arguments'}${entry.isVariadic ? ' or more' : ''}, not ${given.length - shift}: ${signatureOf(entry)}`;
    throw faults.at(place, 'wrong_arity', message);
  }
  const args = given.map((argument, index) =>
    checkArgument(argument, entry.parameters[Math.min(index, least - 1)]!, entry, faults),
  );
  const key = `${name}(${args.map((argument) => argument.key).join(', ')})`;
  return entry.build({ faults, place, args, key });
}

function findFunction(
  place: { start: number },
  name: string,
  isMethod: boolean,
  faults: Faults,
): FunctionEntry {
  const entry = FUNCTIONS.find((candidate) => candidate.name === name);
  if (!entry) {
    const names = FUNCTIONS.map((known) => known.name);
    throw faults.unknown(place, 'unknown_function', 'function', name, names);
  }
  if ((entry.isMethod === true) !== isMethod) {
    throw faults.at(place, 'unknown_function', `${name} is written ${signatureOf(entry)}`, name);
  }
  return entry;
}

function checkArgument(
  argument: Node,
  { name, types, isLiteral }: Parameter,
  entry: FunctionEntry,
  faults: Faults,
): Node {
  if (argument.type === 'null' && entry.name === 'coalesce') return argument;
  const type = types.includes(argument.type)
    ? argument.type
    : types.find((candidate) => coerce(faults, argument, candidate));
  if (!type || argument.type === 'null') {
    const message = `${name} of ${entry.name} is ${types.join(' or ')}, not ${argument.type}`;
    throw faults.at(argument, 'type_mismatch', message);
  }
  if (isLiteral && argument.value === undefined) {
    throw faults.at(argument, 'literal_needed', `${name} of ${entry.name} is a literal`);
  }
  return coerce(faults, argument, type)!;
}
