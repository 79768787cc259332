import { parseTimestamp } from '@tapeline/records';
import { readLiteral } from '../coerce.js';
import type { EvaluationContext } from '../evaluation-context.js';
import type { Call, FunctionEntry, Parameter } from '../function-entry.js';
import { localTimes } from '../local-time.js';
import type { LocalTimes } from '../local-time.js';
import { constantNode, derivedNode, evaluateNumber } from '../node.js';
import type { Node } from '../node.js';
import { NumberVector } from '../number-vector.js';
import { parseDuration } from '../parse-literal.js';
import type { ValueType } from '../value-type.js';
import type { Vector } from '../vector.js';
import { ZoneOffsets } from '../zone-offsets.js';

const TIME: Parameter = { name: 'time', types: ['timestamp'] };
const ZONE: Parameter = { name: 'zone', types: ['string'], isLiteral: true };
const TEXT: Parameter = { name: 'text', types: ['string'], isLiteral: true };

/** A function of local times; these are shared by all that ask for the same time in the same zone. */
function zoned(
  call: Call,
  type: ValueType,
  read: (local: LocalTimes, context: EvaluationContext) => Vector,
): Node {
  const { faults, place, args, key } = call;
  const [time, zoneName] = args as [Node, Node];
  const zone = zoneName.value as string;
  try {
    ZoneOffsets.of(zone);
  } catch {
    const message = `'${zone}' is not an IANA time zone such as America/Chicago`;
    throw faults.at(zoneName, 'bad_literal', message);
  }
  return derivedNode(faults, place, type, key, args, (context) =>
    read(shareLocalTimes(context, time, zone), context),
  );
}

function shareLocalTimes(context: EvaluationContext, time: Node, zone: string): LocalTimes {
  const key = `${time.key} in ${zone}`;
  let made: LocalTimes | undefined;
  const compute = (): LocalTimes =>
    (made ??= localTimes(evaluateNumber(time, context), zone, context.scratch));
  return {
    days: context.share(`days of ${key}`, () => compute().days),
    clock: context.share(`clock of ${key}`, () => compute().clock),
  };
}

function weekdays({ days }: LocalTimes, { scratch, length }: EvaluationContext): Vector {
  const values = days.floats()!;
  const out = scratch.floats();
  for (let row = 0; row < length; row++) {
    // Day 0 was a Thursday. Days fit 32 bits, whose remainder is quicker than that of floats.
    const sinceMonday = ((values[row]! + 3) | 0) % 7;
    out[row] = (sinceMonday < 0 ? sinceMonday + 7 : sinceMonday) + 1;
  }
  return NumberVector.floats(scratch, length, out, days.nulls);
}

function sessionOf({ faults, place, args, key }: Call): Node {
  const time = args[0]!;
  return derivedNode(faults, place, 'session', key, args, (context) =>
    context.share(key, () => {
      const { calendar } = context.surroundings;
      if (!calendar) return constantNode(place, 'session', null).evaluate(context);
      const vector = evaluateNumber(time, context);
      const { low } = vector.pairs();
      const times = new BigUint64Array(low.buffer, low.byteOffset, context.length);
      const codes = calendar.sessionCodes(times, vector.nulls);
      return NumberVector.small(context.scratch, context.length, codes, vector.nulls);
    }),
  );
}

export const timeFunctions: readonly FunctionEntry[] = [
  {
    name: 'timestamp',
    parameters: [TEXT],
    result: 'timestamp',
    meaning: 'a time as a literal: a date (midnight UTC) or a time, UTC unless it has an offset',
    example: "ts_event >= timestamp('2024-07-01T13:30:00Z')",
    build: ({ faults, place, args }) => {
      const value = readLiteral(faults, args[0]!, args[0]!.value as string, parseTimestamp);
      return constantNode(place, 'timestamp', value);
    },
  },
  {
    name: 'duration',
    parameters: [TEXT],
    result: 'duration',
    meaning: 'a length of time as a literal, in d (24 hours), h, m, s, ms, us, ns',
    example: "ts_recv - ts_event > duration('1m30s')",
    build: ({ faults, place, args }) => {
      const value = readLiteral(faults, args[0]!, args[0]!.value as string, parseDuration);
      return constantNode(place, 'duration', value);
    },
  },
  {
    name: 'nanoseconds',
    parameters: [{ name: 'count', types: ['int'] }],
    result: 'duration',
    meaning: 'a number of nanoseconds as a duration',
    example: "nanoseconds(ts_in_delta) > duration('1s')",
    build: ({ args, place }) =>
      args[0]!.value === undefined
        ? { ...args[0]!, type: 'duration', start: place.start }
        : constantNode(place, 'duration', args[0]!.value),
  },
  {
    name: 'time_of_day',
    parameters: [TIME, ZONE],
    result: 'duration',
    meaning:
      'what the clock on the wall shows in the zone, since midnight; daylight saving included',
    example: "time_of_day(ts_event, 'America/Chicago') >= duration('8h30m')",
    build: (call) => zoned(call, 'duration', ({ clock }) => clock),
  },
  {
    name: 'weekday',
    parameters: [TIME, ZONE],
    result: 'int',
    meaning: 'the day of the week in the zone: 1 is Monday, 7 is Sunday',
    example: "weekday(ts_event, 'America/Chicago') == 6",
    build: (call) => zoned(call, 'int', weekdays),
  },
  {
    name: 'date',
    parameters: [TIME, ZONE],
    result: 'date',
    meaning: 'the date in the zone, compared with a text such as 2024-07-04',
    example: "date(ts_event, 'America/New_York') == '2024-07-04'",
    build: (call) => zoned(call, 'date', ({ days }) => days),
  },
  {
    name: 'session',
    parameters: [TIME],
    result: 'session',
    meaning:
      "the trading session by the market's calendar: rth, eth or closed; null where no calendar is known",
    example: "session(ts_event) == 'rth'",
    build: sessionOf,
  },
];
