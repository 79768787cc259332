import { expect, it } from '@jest/globals';
import { ColumnarBatch, SCHEMAS, UNDEF_PRICE } from '@tapeline/records';
import { compileCondition } from './compile-condition.js';
import type { Condition } from './condition.js';

const bars = ColumnarBatch.allocate(SCHEMAS['ohlcv-1m'], 5);
(bars.column('high') as BigInt64Array).set([5n, -1n, 2n ** 40n, UNDEF_PRICE, 250_000_000n]);
(bars.column('low') as BigInt64Array).set([5n, 1n, 2n ** 33n, 3n, -(2n ** 62n)]);
(bars.column('volume') as BigUint64Array).set([0n, 1n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 32n]);
(bars.column('publisher_id') as Uint16Array).set([0, 1, 2, 3, 65_535]);

const mask = (condition: Condition) => [...compileCondition(SCHEMAS['ohlcv-1m'], condition)(bars)];

it.each<[Condition, number[]]>([
  [{ column: 'high', lt: { column: 'low' } }, [0, 1, 0, 0, 0]],
  [{ column: 'high', ge: { column: 'low' } }, [1, 0, 1, 0, 1]],
  [{ column: 'high', eq: { column: 'low' } }, [1, 0, 0, 0, 0]],
  [{ column: 'high', eq: '0.25' }, [0, 0, 0, 0, 1]],
  [{ column: 'high', gt: 0 }, [1, 0, 1, 0, 1]],
  [{ column: 'low', lt: '-0.000000001' }, [0, 0, 0, 0, 1]],
  [{ column: 'volume', le: 0 }, [1, 0, 0, 0, 0]],
  [{ column: 'volume', gt: 9_223_372_036_854_775_807n }, [0, 0, 1, 1, 0]],
  [{ column: 'publisher_id', in: [1, 65_535] }, [0, 1, 0, 0, 1]],
  [{ column: 'publisher_id', not_in: [1, 65_535] }, [1, 0, 1, 1, 0]],
  [{ column: 'high', is: null }, [0, 0, 0, 1, 0]],
  [{ not: { column: 'high', is: null } }, [1, 1, 1, 0, 1]],
  [
    {
      all: [
        { column: 'volume', gt: 0 },
        { column: 'high', lt: 0 },
      ],
    },
    [0, 1, 0, 0, 0],
  ],
  [
    {
      any: [
        { column: 'volume', eq: 0 },
        { column: 'high', lt: 0 },
      ],
    },
    [1, 1, 0, 0, 0],
  ],
])('%j', (condition, expected) => {
  expect(mask(condition)).toEqual(expected);
});

it('never lets a null pass a comparison, on either side or negated by not_in', () => {
  expect(mask({ column: 'high', ne: 7 })[3]).toBe(0);
  expect(mask({ column: 'low', ne: { column: 'high' } })[3]).toBe(0);
  expect(mask({ column: 'high', not_in: [7] })[3]).toBe(0);
});

it.each<[Condition, string]>([
  [{ column: 'hihg', lt: 0 }, "has no column 'hihg'; it has ts_event, publisher_id"],
  [{ column: 'high', lt: { column: 'volume' } }, 'are of different types'],
  [{ column: 'high', lt: '1e3' }, 'is not a price'],
  [{ column: 'publisher_id', lt: 'x' }, 'not an integer'],
  [{ column: 'high', is: 'empty' }, 'is no text'],
])('refuses %j', (condition, message) => {
  expect(() => mask(condition)).toThrow(message);
});
