import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseTimestamp } from '@tapeline/records';
import * as fc from 'fast-check';
import { FaultList } from '../rule-error.js';
import { CLOSED, ETH, RTH } from './calendar.js';
import type { Calendar } from './calendar.js';
import { compileCalendars } from './compile-calendars.js';

const FOLDER = new URL('../../../../configs/calendars/', import.meta.url);
const faults = new FaultList();
const calendars = compileCalendars(
  readdirSync(FOLDER).map((path) => ({ path, text: readFileSync(new URL(path, FOLDER), 'utf8') })),
  faults,
);
const cme = calendars.get('GLBX.MDP3')!;
const equities = calendars.get('XNAS.ITCH')!;

const NAMES = ['closed', 'eth', 'rth'];
const at = (calendar: Calendar, ...times: (string | bigint)[]): string[] => {
  const ns = times.map((time) => (typeof time === 'bigint' ? time : parseTimestamp(time)));
  return [...calendar.sessionCodes(BigUint64Array.from(ns))].map((code) => NAMES[code]!);
};
/** Sessions of a trading day on the clock of a zone. */
const clock = (calendar: Calendar, date: string, zone: string): string[] =>
  calendar.sessionsOf(Temporal.PlainDate.from(date)).map(({ code, start, end }) => {
    const [from, to] = [start, end].map((second) =>
      Temporal.Instant.fromEpochMilliseconds(second * 1000).toZonedDateTimeISO(zone),
    );
    const day = from!.toPlainDate().toString() === date ? '' : `${from!.toPlainDate().toString()} `;
    return `${day}${from!.toPlainTime().toString().slice(0, 5)}-${to!.toPlainTime().toString().slice(0, 5)} ${NAMES[code]}`;
  });
const CHICAGO = 'America/Chicago';
const NEW_YORK = 'America/New_York';

it('is shipped without a fault, for Globex and US equities', () => {
  expect(faults.faults).toEqual([]);
  expect(new Set([...calendars.values()].map(({ name }) => name))).toEqual(
    new Set(['cme-globex', 'us-equities']),
  );
});

describe('Globex', () => {
  it('opens on Sunday evening, and pauses for the maintenance hour, to the nanosecond', () => {
    expect(
      at(
        cme,
        '2024-07-07T21:59:59.999999999Z', // Sunday 16:59:59 in Chicago
        '2024-07-07T22:00:00Z',
        '2024-07-08T13:29:59.999999999Z',
        '2024-07-08T13:30:00Z',
        '2024-07-08T19:59:59.999999999Z',
        '2024-07-08T20:00:00Z',
        '2024-07-08T20:59:59.999999999Z',
        '2024-07-08T21:00:00Z',
        '2024-07-08T21:59:59.999999999Z',
        '2024-07-08T22:00:00Z',
        '2024-07-12T21:00:00Z', // Friday
        '2024-07-13T12:00:00Z',
      ),
    ).toEqual('closed eth eth rth rth eth eth closed closed eth closed closed'.split(' '));
  });

  it('keeps the clock of Chicago when that changes', () => {
    // Sunday 2024-03-10 and 2024-11-03 are the days of the change.
    expect(at(cme, '2024-03-08T22:59:59Z', '2024-03-10T21:59:59Z', '2024-03-10T22:00Z')).toEqual([
      'closed',
      'closed',
      'eth',
    ]);
    expect(at(cme, '2024-11-03T22:59:59Z', '2024-11-03T23:00Z', '2024-11-04T14:30Z')).toEqual([
      'closed',
      'eth',
      'rth',
    ]);
    expect(clock(cme, '2024-03-11', CHICAGO)).toEqual([
      '2024-03-10 17:00-08:30 eth',
      '08:30-15:00 rth',
      '15:00-16:00 eth',
    ]);
  });

  it.each([
    ['2023-12-25', []], // Christmas
    ['2022-12-26', []], // on a Sunday
    ['2021-12-24', []], // on a Saturday
    ['2022-01-03', ['2022-01-02 17:00-08:30 eth', '08:30-15:00 rth', '15:00-16:00 eth']],
    ['2023-01-02', []],
    ['2024-03-29', []], // Good Friday
    ['2023-04-07', ['2023-04-06 17:00-08:15 eth']],
    ['2024-11-28', ['2024-11-27 17:00-12:00 eth']], // Thanksgiving
    ['2024-11-29', ['2024-11-28 17:00-08:30 eth', '08:30-12:00 rth', '12:00-12:15 eth']],
    ['2026-07-03', ['2026-07-02 17:00-12:00 eth']], // Independence Day on a Saturday
    ['2021-06-18', ['2021-06-17 17:00-08:30 eth', '08:30-15:00 rth', '15:00-16:00 eth']],
    ['2024-02-29', ['2024-02-28 17:00-08:30 eth', '08:30-15:00 rth', '15:00-16:00 eth']],
    ['2024-07-06', []], // a Saturday
  ])('%s has %j', (date, sessions) => {
    expect(clock(cme, date, CHICAGO)).toEqual(sessions);
  });
});

describe('US equities', () => {
  const ordinary = ['04:00-09:30 eth', '09:30-16:00 rth', '16:00-20:00 eth'];
  const short = ['04:00-09:30 eth', '09:30-13:00 rth', '13:00-17:00 eth'];

  it.each([
    ['2024-07-01', ordinary],
    ['2024-07-03', short],
    ['2024-07-04', []],
    ['2024-11-29', short],
    ['2024-12-24', short],
    ['2021-12-24', []],
    ['2021-12-31', ordinary], // New Year on a Saturday is not kept
    ['2023-01-02', []],
    ['2020-07-03', []], // Independence Day on a Saturday
    ['2022-07-01', ordinary],
    ['2022-07-05', ordinary],
    ['2021-07-05', []],
    ['2021-06-18', ordinary],
    ['2022-06-20', []],
    ['2027-06-18', []],
    ['2019-04-19', []],
    ['2025-04-18', []],
    ['2025-01-09', []],
    ['2018-12-05', []],
    ['2024-01-15', []],
    ['2024-02-19', []],
    ['2024-05-27', []],
    ['2024-09-02', []],
  ])('%s has %j', (date, sessions) => {
    expect(clock(equities, date, NEW_YORK)).toEqual(sessions);
  });

  it('closes on as many weekdays of each year as NYSE and Nasdaq say', () => {
    const closed = [2019, 2020, 2021, 2022, 2023, 2024, 2025, 2026, 2027].map((year) => {
      let count = 0;
      for (
        let date = Temporal.PlainDate.from({ year, month: 1, day: 1 });
        date.year === year;
        date = date.add({ days: 1 })
      ) {
        if (date.dayOfWeek <= 5 && equities.sessionsOf(date).length === 0) count++;
      }
      return [year, count];
    });
    expect(closed).toEqual([
      [2019, 9],
      [2020, 9],
      [2021, 9],
      [2022, 9], // Juneteenth is new, New Year was on a Saturday
      [2023, 10],
      [2024, 10],
      [2025, 11],
      [2026, 10],
      [2027, 10],
    ]);
  });

  it('counts silences in regular hours only', () => {
    const from = parseTimestamp('2024-07-03T14:00Z');
    const to = parseTimestamp('2024-07-05T14:00Z');
    expect(equities.openIntervals(from, to)).toEqual([
      { start: from, end: parseTimestamp('2024-07-03T17:00Z') },
      { start: parseTimestamp('2024-07-05T13:30Z'), end: to },
    ]);
  });
});

it('joins sessions that touch, and cuts at the ends', () => {
  const from = parseTimestamp('2024-07-08T12:00Z');
  const to = parseTimestamp('2024-07-09T00:00:00.000000001Z');
  expect(cme.openIntervals(from, to)).toEqual([
    { start: from, end: parseTimestamp('2024-07-08T21:00Z') },
    { start: parseTimestamp('2024-07-08T22:00Z'), end: to },
  ]);
  expect(cme.openIntervals(parseTimestamp('2024-07-06'), parseTimestamp('2024-07-07'))).toEqual([]);
});

it('tells nothing of what has no time, or one past 2255', () => {
  const times = BigUint64Array.of(parseTimestamp('2024-07-08T14:00Z'), 2n ** 64n - 2n);
  expect([...cme.sessionCodes(times, Uint8Array.of(1, 0))]).toEqual([CLOSED, CLOSED]);
});

it.each([
  ['cme', cme],
  ['equities', equities],
])(
  '%s: sessions are disjoint and in order, and any time is in the one that covers it',
  (_, calendar) => {
    const year = Temporal.PlainDate.from('2019-01-01');
    const start = parseTimestamp('2019-01-02');
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3_280 }),
        fc.array(fc.bigInt(0n, 2n * 86_400_000_000_000n), { minLength: 1, maxLength: 20 }),
        (day, offsets) => {
          const sessions = [-2, -1, 0, 1, 2, 3].flatMap((more) =>
            calendar.sessionsOf(year.add({ days: day + more })),
          );
          sessions.slice(1).forEach((session, index) => {
            expect(session.start).toBeGreaterThanOrEqual(sessions[index]!.end);
            expect(session.end).toBeGreaterThan(session.start);
          });
          const base = start + BigInt(day - 1) * 86_400_000_000_000n;
          const times = offsets.map((offset) => base + offset);
          const expected = times.map((time) => {
            const covers = sessions.find(
              (each) =>
                time >= BigInt(each.start) * 1_000_000_000n &&
                time < BigInt(each.end) * 1_000_000_000n,
            );
            return covers?.code ?? CLOSED;
          });
          expect([...calendar.sessionCodes(BigUint64Array.from(times))]).toEqual(expected);
        },
      ),
      { seed: 11, numRuns: 400 },
    );
  },
);

it.each([
  ['name: Bad', '1:7: name: a name has lower-case letters'],
  ['zone: America/Chicage', 'is no time zone'],
  ['days: [mon, tusday]', "unknown weekday 'tusday'"],
  ["sessions: [{ kind: rth, from: '9:30', to: '16:00' }]", 'is no time such as'],
  ["sessions: [{ kind: rth, from: '16:00', to: '09:30' }]", 'a session ends after it begins'],
  [
    "sessions: [{ kind: eth, from: '04:00', to: '10:00' }, { kind: rth, from: '09:30', to: '16:00' }]",
    'it begins before the session above ends',
  ],
  ['special_days: [{ name: x, on: [{ fixed: 13-01 }], sessions: [] }]', 'is no month and day'],
  ['special_days: [{ name: x, on: [{ monthly: 1 }], sessions: [] }]', 'a day is one of'],
  ['special_days: [{ name: x, on: [{ date: 2025-02-30 }], sessions: [] }]', 'is no date'],
  ['special_days: [{ name: x, on: [], sessions: [] }]', 'on: '],
  ['datasets: [GLBX.MDP3, GLBX.MDP3]', 'the calendar test is for GLBX.MDP3 already'],
  ['hours: 3', "unknown key 'hours'"],
])('tells where a calendar is wrong: %s', (line, message) => {
  const given = line.split(':')[0]!;
  const lines = [
    'name: test',
    'datasets: [XTEST.A]',
    'zone: UTC',
    'days: [mon]',
    "sessions: [{ kind: rth, from: '09:30', to: '16:00' }]",
  ].filter((each) => !each.startsWith(`${given}:`));
  const list = new FaultList();
  compileCalendars([{ path: 'x.yaml', text: [line, ...lines].join('\n') }], list);
  expect(list.faults.length).toBeGreaterThan(0);
  const [fault] = list.faults;
  expect(`${fault!.line}:${fault!.column}: ${fault!.message}`).toContain(message);
  expect(fault!.line).toBe(1);
});

it('has codes as expressions know them', () => {
  expect([CLOSED, ETH, RTH]).toEqual([0, 1, 2]);
});
