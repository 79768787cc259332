import { expect, it } from '@jest/globals';
import { SCHEMAS } from '@tapeline/records';
import { compileExpression, compilePredicate } from './compile-expression.js';
import { ExpressionError } from './expression-error.js';
import type { ExpressionErrorCode } from './expression-error.js';

const scope = {
  schema: SCHEMAS.tbbo,
  lookups: { definition: SCHEMAS.definition },
  derived: { spread: compileExpression('ask_px_00 - bid_px_00', { schema: SCHEMAS.tbbo }) },
};

/** Text, code, line, column, part of the message, suggestion. */
type Wrong = readonly [string, ExpressionErrorCode, number, number, string, string?];

const WRONG: readonly Wrong[] = [
  // syntax
  ['', 'syntax', 1, 1, 'ends too early'],
  ['price >', 'syntax', 1, 8, 'ends too early'],
  ['price > 1 size', 'syntax', 1, 11, "'size' is not expected here"],
  ['(price > 1', 'syntax', 1, 11, 'the expression ends'],
  ['price > 1)', 'syntax', 1, 10, "')' is not expected"],
  ['price = 1', 'syntax', 1, 7, '== compares'],
  ['price & size', 'syntax', 1, 7, '&& joins'],
  ["side == 'A", 'syntax', 1, 9, 'Unterminated string'],
  ['price > 1 &&\n  size ~ 3', 'syntax', 2, 8, "'~' is not expected"],
  ['price > 1e999', 'syntax', 1, 9, 'Invalid number'],
  ['if > 1', 'syntax', 1, 1, 'Reserved identifier'],
  ['price > 5.', 'syntax', 1, 11, 'the expression ends'],
  // parts of CEL that are no part of this language
  ['[1, 2]', 'unsupported', 1, 1, "'list' is not part"],
  ["{'a': 1}", 'unsupported', 1, 1, "'map' is not part"],
  ['price[0] > 1', 'unsupported', 1, 1, "'[]' is not part"],
  ['size > 2u', 'unsupported', 1, 8, 'unsigned and bytes'],
  ["b'x' == side", 'unsupported', 1, 1, 'unsigned and bytes'],
  ['size in price', 'unsupported', 1, 9, "'in' takes a list"],
  ['(price + 1).high', 'unsupported', 1, 2, 'only a look-up has fields'],
  // names
  ['prise > 1', 'unknown_column', 1, 1, "did you mean 'price'?", 'price'],
  ['price > 1\n  && sied == null', 'unknown_column', 2, 6, "did you mean 'side'?", 'side'],
  ['spraed > 1', 'unknown_column', 1, 1, "did you mean 'spread'?", 'spread'],
  ['bid_px_01 > 1', 'unknown_column', 1, 1, "did you mean 'bid_px_00'?", 'bid_px_00'],
  ['zzzzzzzzzzzzzz > 1', 'unknown_column', 1, 1, "there are 'ts_recv'"],
  ['definitions.asset == null', 'unknown_column', 1, 1, "look-up 'definitions'", 'definition'],
  [
    'price > definition.min_price_incremnt',
    'unknown_column',
    1,
    20,
    "did you mean 'min_price_increment'?",
    'min_price_increment',
  ],
  ['is_nul(price)', 'unknown_function', 1, 1, "did you mean 'is_null'?", 'is_null'],
  ["time_of_dya(ts_event, 'UTC')", 'unknown_function', 1, 1, "'time_of_day'?", 'time_of_day'],
  ['has(price)', 'unknown_function', 1, 1, "unknown function 'has'"],
  ['[1].all(x, x > 1)', 'unknown_function', 1, 5, "unknown function 'all'"],
  ["definition.asset.matches('E.*')", 'unknown_function', 1, 18, "unknown function 'matches'"],
  ['price.abs()', 'unknown_function', 1, 7, 'abs is written abs(value:', 'abs'],
  ["contains(definition.asset, 'E')", 'unknown_function', 1, 1, 'is written text.contains('],
  // arity
  ['is_null()', 'wrong_arity', 1, 1, 'is_null takes 1 argument, not 0'],
  ['abs(price, size) > 1', 'wrong_arity', 1, 1, 'abs takes 1 argument, not 2'],
  ['min(price) > 1', 'wrong_arity', 1, 1, 'min takes 2 arguments or more, not 1'],
  ['weekday(ts_event) == 1', 'wrong_arity', 1, 1, 'weekday takes 2 arguments, not 1'],
  ['definition.asset.startsWith()', 'wrong_arity', 1, 18, 'startsWith takes 1 argument, not 0'],
  // types
  ['price == side', 'type_mismatch', 1, 1, 'price compared with char'],
  ["price > 'A'", 'type_mismatch', 1, 1, 'write a number without quotes'],
  ['side == 1', 'type_mismatch', 1, 1, 'put text between quotes'],
  ['price > size', 'type_mismatch', 1, 1, 'price compared with int'],
  ['ts_event > price', 'type_mismatch', 1, 1, 'timestamp compared with price'],
  ["ts_event > '2024-07-01'", 'type_mismatch', 1, 1, "write timestamp('2024-07-01T13:30:00Z')"],
  ['ts_recv - ts_event > 5', 'type_mismatch', 1, 1, "write duration('5s')"],
  ['size > 0.5', 'type_mismatch', 1, 1, 'an int has no fraction'],
  ["side < 'B'", 'type_mismatch', 1, 1, 'char has no order'],
  ['price > null', 'type_mismatch', 1, 1, 'with null is never true'],
  ['price * price > 1', 'type_mismatch', 1, 1, 'price multiplied by price'],
  ['price + size > 1', 'type_mismatch', 1, 1, 'int added to price'],
  ['ts_event + ts_recv > ts_recv', 'type_mismatch', 1, 1, 'timestamp added to timestamp'],
  ['price - side > 1', 'type_mismatch', 1, 1, 'char subtracted from price'],
  ['size / 0.5 > 1', 'type_mismatch', 1, 1, 'int divided by decimal'],
  ['-side == null', 'type_mismatch', 1, 1, 'char has no opposite'],
  ['-ts_event == null', 'type_mismatch', 1, 1, 'timestamp has no opposite'],
  ['abs(ts_event) == null', 'type_mismatch', 1, 5, 'value of abs is price or decimal'],
  ["size('A') > 0 && size(price) > 0", 'type_mismatch', 1, 23, 'text of size is string'],
  ['price in [1, null]', 'type_mismatch', 1, 14, 'use is_null'],
  ['price in []', 'type_mismatch', 1, 10, 'the list is empty'],
  ["price in [1, 'A']", 'type_mismatch', 1, 14, 'price compared with string'],
  ['coalesce(price, size) > 1', 'type_mismatch', 1, 1, 'arguments of coalesce differ'],
  ['(size > 1 ? price : size) > 1', 'type_mismatch', 1, 2, "branches of '?' differ"],
  ['prev(1) == 1', 'type_mismatch', 1, 6, 'prev takes a value that a column is part of'],
  ["prev(definition.asset) == 'ES'", 'type_mismatch', 1, 6, 'value of prev is'],
  // bools
  ['price', 'not_bool', 1, 1, 'a predicate takes a bool, and this is a price'],
  ['price > 1 && size', 'not_bool', 1, 14, "'&&' takes a bool, and this is a int"],
  ['size || price > 1', 'not_bool', 1, 1, "'||' takes a bool"],
  ['!price', 'not_bool', 1, 2, "'!' takes a bool"],
  ['size ? true : false', 'not_bool', 1, 1, "the condition before '?'"],
  // literals
  ['price > 0.0000000001', 'bad_literal', 1, 9, 'more than nine decimals'],
  ['price > 9223372037', 'bad_literal', 1, 9, 'too large for a price'],
  ['size > 18446744073709551616', 'bad_literal', 1, 8, 'too large for int'],
  ["side == 'AB'", 'bad_literal', 1, 9, 'so it is one letter'],
  ["side == ''", 'bad_literal', 1, 9, 'so it is one letter'],
  ["definition.asset == 'É'", 'bad_literal', 1, 21, 'printable ASCII'],
  ["ts_event > timestamp('yesterday')", 'bad_literal', 1, 22, 'is not a time'],
  ["ts_event > timestamp('2024-02-30')", 'bad_literal', 1, 22, 'is not a time'],
  ["ts_recv - ts_event > duration('5 s')", 'bad_literal', 1, 31, 'is not a duration'],
  ["ts_recv - ts_event > duration('0.1ns')", 'bad_literal', 1, 31, 'finer than a nanosecond'],
  ["weekday(ts_event, 'Chicago') == 1", 'bad_literal', 1, 19, 'not an IANA time zone'],
  ["date(ts_event, 'UTC') == '2024-13-01'", 'bad_literal', 1, 26, 'is not a date'],
  [
    'weekday(ts_event, definition.asset) == 1',
    'literal_needed',
    1,
    19,
    'zone of weekday is a literal',
  ],
  // enums
  ["side == 'X'", 'bad_enum', 1, 9, "side is never 'X', but one of 'A', 'B', 'N'"],
  ["side == 'b'", 'bad_enum', 1, 9, "did you mean 'B'?", 'B'],
  ["action in ['T', 'Z']", 'bad_enum', 1, 17, "action is never 'Z'"],
  ["prev(side) == 'X'", 'bad_enum', 1, 15, "is never 'X'"],
  ["has_flag(flags, 'BAD_TS_REC')", 'bad_enum', 1, 17, "'BAD_TS_RECV'?", 'BAD_TS_RECV'],
  ["session(ts_event) == 'rht'", 'bad_enum', 1, 22, "did you mean 'rth'?", 'rth'],
  // constants without a value
  ['price > 1 / 0', 'no_value', 1, 13, 'division by zero'],
  ['price / 0 > 1', 'no_value', 1, 9, 'division by zero'],
  ['price % 0.0 == 0.0', 'no_value', 1, 9, 'division by zero'],
  ['is_multiple(price, 0)', 'no_value', 1, 20, 'multiple of zero'],
  ['size > 9223372036854775807 + 1', 'no_value', 1, 8, 'divides by zero or overflows'],
  ['1 == null', 'no_value', 1, 1, 'a constant is compared with null'],
  ['null', 'no_value', 1, 1, 'nothing but null'],
];

it.each(WRONG)('%s', (...wrong) => {
  const [text, code, line, column, message, suggestion] = wrong;
  let fault: unknown;
  try {
    compilePredicate(text, scope);
  } catch (error) {
    fault = error;
  }
  expect(fault).toBeInstanceOf(ExpressionError);
  const { message: actual, ...place } = fault as ExpressionError;
  expect(actual).toContain(message);
  expect(place).toMatchObject({ code, line, column, ...(suggestion && { suggestion }) });
});

it('knows letters that the scope allows in place of the documented ones', () => {
  const enums = { side: ['A', 'B'] };
  expect(() => compilePredicate("side == 'N'", { schema: SCHEMAS.tbbo, enums })).toThrow(
    "side is never 'N', but one of 'A', 'B'",
  );
});

it.each([
  ['nested too deeply', `${'('.repeat(5000)}size${')'.repeat(5000)} > 1`],
  ['too long', Array.from({ length: 20_000 }, () => 'size > 1').join(' && ')],
])('refuses an expression that is %s instead of overflowing the stack', (_, text) => {
  expect(() => compilePredicate(text, scope)).toThrow(ExpressionError);
});

it('compiles the longest expressions that it parses', () => {
  const text = `${'!'.repeat(1900)}(size > 1)`;
  expect(() => compilePredicate(text, scope)).not.toThrow();
});
