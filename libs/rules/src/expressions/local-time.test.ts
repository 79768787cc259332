import { expect, it } from '@jest/globals';
import { ColumnarBatch, SCHEMAS, parseTimestamp } from '@tapeline/records';
import * as fc from 'fast-check';
import { compileExpression } from './compile-expression.js';
import { EvaluationContext } from './evaluation-context.js';
import { readValue } from './node.js';
import type { Value } from './value-type.js';

const HOUR = 3_600_000_000_000n;

function evaluate(text: string, times: readonly bigint[]): Value[] {
  const batch = ColumnarBatch.allocate(SCHEMAS.trades, times.length);
  (batch.column('ts_event') as BigUint64Array).set(times);
  const expression = compileExpression(text, { schema: SCHEMAS.trades });
  const vector = expression.evaluate(batch, new EvaluationContext());
  return times.map((_, row) => readValue(vector, row));
}

const clock = (time: string): Value =>
  evaluate("time_of_day(ts_event, 'America/Chicago')", [parseTimestamp(time)])[0]!;

it('shows the clock on the wall on days on which it is moved forward', () => {
  expect(clock('2024-03-10T07:59:59.999999999Z')).toBe(2n * HOUR - 1n);
  expect(clock('2024-03-10T08:00:00Z')).toBe(3n * HOUR);
  expect(clock('2024-03-10T13:30:00Z')).toBe(8n * HOUR + HOUR / 2n);
  expect(clock('2024-03-09T14:30:00Z')).toBe(8n * HOUR + HOUR / 2n);
});

it('shows the clock on the wall on days on which it is moved back', () => {
  expect(clock('2024-11-03T06:59:59.999999999Z')).toBe(2n * HOUR - 1n);
  expect(clock('2024-11-03T07:00:00Z')).toBe(HOUR);
  expect(clock('2024-11-03T08:00:00Z')).toBe(2n * HOUR);
  expect(clock('2024-11-04T14:30:00Z')).toBe(8n * HOUR + HOUR / 2n);
});

it('tells weekday and date in the zone, before and after midnight there', () => {
  const times = ['2024-07-05T04:59:59.999999999Z', '2024-07-05T05:00:00Z', '1970-01-01'].map(
    parseTimestamp,
  );
  expect(evaluate("weekday(ts_event, 'America/Chicago')", times)).toEqual([4n, 5n, 3n]);
  expect(evaluate("date(ts_event, 'America/Chicago') == '2024-07-04'", times)).toEqual([
    true,
    false,
    false,
  ]);
  expect(evaluate("date(ts_event, 'America/Chicago') < '1970-01-01'", times)).toEqual([
    false,
    false,
    true,
  ]);
  expect(evaluate("date(ts_event, 'UTC') - date(ts_event, 'America/Chicago')", times)).toEqual([
    1n,
    0n,
    1n,
  ]);
});

it('agrees with Temporal at any time in zones with and without daylight saving', () => {
  const zones = ['America/Chicago', 'Europe/London', 'Asia/Kolkata', 'Australia/Lord_Howe', 'UTC'];
  const transition = parseTimestamp('2024-03-10T08:00:00Z');
  const time = fc.oneof(
    fc.bigInt({ min: 0n, max: 2n ** 64n - 2n }),
    fc.bigInt({ min: transition - HOUR, max: transition + HOUR }),
    fc
      .bigInt({ min: 0n, max: 213_503n })
      .chain((day) => fc.constantFrom(day * 24n * HOUR, day * 24n * HOUR + 24n * HOUR - 1n)),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.array(time, { minLength: 1, maxLength: 20 }),
      (zone, times) => {
        const local = times.map((nanoseconds) =>
          Temporal.Instant.fromEpochNanoseconds(nanoseconds).toZonedDateTimeISO(zone),
        );
        expect(evaluate(`time_of_day(ts_event, '${zone}')`, times)).toEqual(
          local.map((moment) => {
            const { hour, minute, second, millisecond, microsecond, nanosecond } = moment;
            const seconds = (hour * 60 + minute) * 60 + second;
            return (
              BigInt(seconds) * 1_000_000_000n +
              BigInt((millisecond * 1000 + microsecond) * 1000 + nanosecond)
            );
          }),
        );
        expect(evaluate(`weekday(ts_event, '${zone}')`, times)).toEqual(
          local.map((moment) => BigInt(moment.dayOfWeek)),
        );
      },
    ),
    { numRuns: 300, seed: 7 },
  );
});
