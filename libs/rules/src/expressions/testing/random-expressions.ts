/** Random expressions of each type over the columns of tbbo. For tests. */
import * as fc from 'fast-check';

const decimal = fc.oneof(
  fc.constantFrom(
    '0.0',
    '0.25',
    '0.1',
    '0.000000001',
    '9007199.254740991',
    '9007199.254740993',
    '2.5',
  ),
  fc
    .tuple(fc.nat(20_000), fc.nat(999_999_999))
    .map(([a, b]) => `${a}.${String(b).padStart(9, '0')}`),
);
const integer = fc.oneof(
  fc.constantFrom('0', '1', '3', '100', '4294967295', '4294967296'),
  fc.nat(1000).map(String),
);
const letter = fc.constantFrom("'A'", "'B'", "'N'");

const { price, int, time, bool } = fc.letrec<
  Record<'price' | 'int' | 'time' | 'span' | 'bool', string>
>((tie) => ({
  price: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('price', 'bid_px_00', 'ask_px_00', 'prev(price)'),
    fc
      .tuple(
        tie('price'),
        fc.constantFrom('+', '-', '%'),
        fc.oneof(tie('price'), decimal.filter(isNotZero)),
      )
      .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    fc
      .tuple(
        tie('price'),
        fc.constantFrom('*', '/'),
        fc.oneof(tie('int'), decimal.filter(isNotZero)),
      )
      .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    fc
      .tuple(tie('price'), fc.constantFrom('*', '/'), tie('price'), tie('price'))
      .map(([a, operator, b, c]) => `(${a} ${operator} (${b} / ${c}))`),
    fc.tuple(fc.constantFrom('min', 'max', 'coalesce'), tie('price'), tie('price')).map(callOf),
    tie('price').map((a) => `abs(${a})`),
    tie('price').map((a) => `(-${a})`),
    fc.tuple(tie('bool'), tie('price'), tie('price')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    fc.tuple(tie('bool'), tie('price')).map(([a, b]) => `(${a} ? ${b} : null)`),
  ),
  int: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('size', 'sequence', 'depth', 'ts_in_delta', 'prev(size)'),
    fc
      .tuple(
        tie('int'),
        fc.constantFrom('+', '-', '*', '/', '%'),
        fc.oneof(tie('int'), integer.filter(isNotZero)),
      )
      .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    fc.tuple(fc.constantFrom('min', 'max', 'coalesce'), tie('int'), integer).map(callOf),
  ),
  time: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('ts_event', 'ts_recv'),
    fc
      .tuple(tie('time'), fc.constantFrom('+', '-'), tie('span'))
      .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
  ),
  span: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('int').map((a) => `nanoseconds(${a})`),
    fc.tuple(tie('time'), tie('time')).map(([a, b]) => `(${a} - ${b})`),
    fc.tuple(tie('span'), tie('int')).map(([a, b]) => `(${a} * ${b})`),
  ),
  bool: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    comparing(tie('price'), fc.oneof(tie('price'), decimal, integer)),
    comparing(tie('int'), fc.oneof(tie('int'), integer)),
    comparing(tie('time'), tie('time')),
    comparing(tie('span'), tie('span')),
    fc.tuple(fc.constantFrom('==', '!='), letter).map(([operator, b]) => `(side ${operator} ${b})`),
    fc
      .array(letter, { minLength: 1, maxLength: 3 })
      .map((list) => `(side in [${list.join(', ')}])`),
    fc
      .tuple(tie('price'), fc.array(decimal, { minLength: 1, maxLength: 3 }))
      .map(([a, list]) => `(${a} in [${list.join(', ')}])`),
    fc
      .tuple(tie('bool'), fc.constantFrom('&&', '||'), tie('bool'))
      .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    tie('bool').map((a) => `!${a}`),
    tie('price').map((a) => `is_null(${a})`),
    fc
      .tuple(tie('price'), fc.constantFrom('==', '!='))
      .map(([a, operator]) => `(${a} ${operator} null)`),
    fc.tuple(tie('price'), tie('price')).map(([a, b]) => `is_multiple(${a}, ${b})`),
    fc.tuple(tie('price'), decimal.filter(isNotZero)).map(([a, b]) => `is_multiple(${a}, ${b})`),
  ),
}));

function isNotZero(literal: string): boolean {
  return Number(literal) !== 0;
}
function callOf([name, a, b]: readonly [string, string, string]): string {
  return `${name}(${a}, ${b})`;
}
function comparing(left: fc.Arbitrary<string>, right: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(left, fc.constantFrom('==', '!=', '<', '<=', '>', '>='), right)
    .map(([a, operator, b]) => `(${a} ${operator} ${b})`);
}

/** The text of a well-typed expression. */
export const randomExpression = fc.oneof(price, int, time, bool, bool);
