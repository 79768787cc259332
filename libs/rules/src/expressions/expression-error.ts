import { nearestName } from './nearest-name.js';

export type ExpressionErrorCode =
  | 'syntax'
  | 'unsupported'
  | 'unknown_column'
  | 'unknown_function'
  | 'wrong_arity'
  | 'type_mismatch'
  | 'bad_literal'
  | 'bad_enum'
  | 'literal_needed'
  | 'no_value'
  | 'not_bool';

/** A fault in the text of an expression, and where it is. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  /** From 1, within the text. */
  readonly line: number;
  readonly column: number;

  /**
   * @param offset UTF-16 units from the start of the text.
   * @param suggestion the name that was probably meant.
   */
  constructor(
    readonly code: ExpressionErrorCode,
    message: string,
    text: string,
    readonly offset: number,
    readonly suggestion?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    const before = text.slice(0, offset).split('\n');
    this.line = before.length;
    this.column = before.at(-1)!.length + 1;
  }
}

/** More names than these are not listed in a message. */
const LISTED = 40;

/** Raises faults of one expression text. */
export class Faults {
  constructor(readonly text: string) {}

  /** An error at the place of a part of the expression. */
  at(
    place: { readonly start: number },
    code: ExpressionErrorCode,
    message: string,
    suggestion?: string,
  ): ExpressionError {
    return new ExpressionError(code, message, this.text, place.start, suggestion);
  }

  /** An error about a name that is none of `names`: suggests the nearest, or lists them if they are few. */
  unknown(
    place: { readonly start: number },
    code: ExpressionErrorCode,
    what: string,
    name: string,
    names: readonly string[],
  ): ExpressionError {
    const nearest = nearestName(name, names);
    const isListed = names.length > 0 && names.length <= LISTED;
    const list = isListed ? `; there are ${names.map((known) => `'${known}'`).join(', ')}` : '';
    const remedy = nearest ? `: did you mean '${nearest}'?` : list;
    return this.at(place, code, `unknown ${what} '${name}'${remedy}`, nearest);
  }
}
