import { describe, expect, it } from '@jest/globals';
import { DAY_NS } from '@tapeline/records';
import { COVERAGE_STATES } from './coverage-row.js';
import { dayHoldings } from './day-holdings.js';
import { dayDate, dayFrom, dayNumber, dayOf } from './day-number.js';
import { joinDays } from './join-days.js';
import type { Piece } from './plan-rows.js';
import type { Holdings } from './read-holdings.js';
import type { SessionDays } from './read-session-days.js';
import { rowDays } from './row-days.js';

const at = (day: number, hour = 0): bigint => BigInt(day) * DAY_NS + BigInt(hour) * (DAY_NS / 24n);

const holdingsOf = (fields: Partial<Holdings>): Holdings => ({
  dataset: 'GLBX.MDP3',
  schema: 'trades',
  instrumentId: 1,
  held: [],
  pending: [],
  stale: [],
  ...fields,
});

const piece: Piece = { instrumentId: 1, rawSymbol: 'ESU4', from: 0, to: 100 };
const listed = (day: number, condition = 'available', lastModified: number | null = day) => ({
  day,
  condition,
  lastModified,
});
const week: SessionDays = {
  listed: [1, 2, 3, 4, 5].map((day) => listed(day)),
  asked: [{ from: 0, to: 7 }],
};

/** The states of days 0 to 7 of one instrument. */
function statesOf(
  own: Partial<Holdings>,
  sessions = week,
  quarantined: ReadonlyMap<number, number> = new Map(),
  every?: Partial<Holdings>,
): string[] {
  const holdings = dayHoldings(holdingsOf(own), every && holdingsOf(every));
  const factsOf = () => ({ holdings, quarantined });
  const days = rowDays({ from: 0, to: 8 }, [piece], factsOf, sessions);
  return Array.from(days.states, (state, day) => {
    const marks = `${days.degraded[day] ? ' degraded' : ''}${days.stale[day] ? ' stale' : ''}`;
    return COVERAGE_STATES[state]! + marks;
  });
}

describe('a day is', () => {
  it('not bought if it is listed, without a session if it is not, unknown if nobody asked', () => {
    expect(statesOf({})).toEqual([
      'no_session',
      ...Array.from({ length: 5 }, () => 'not_bought'),
      'no_session',
      'unknown',
    ]);
  });

  it('held if it is covered whole, held partly if it is not', () => {
    const held = [
      { start: at(1), end: at(2) },
      { start: at(2), end: at(3, 12) },
      { start: at(4, 1), end: at(6) },
      { start: at(7), end: at(8) },
    ];
    expect(statesOf({ held })).toEqual([
      'no_session',
      'held',
      'held',
      'held_partly',
      'held_partly',
      'held',
      'no_session',
      'held',
    ]);
  });

  it('held if its halves are, also if one of them is held of every instrument', () => {
    const morning = { held: [{ start: at(1), end: at(1, 12) }] };
    const evening = { held: [{ start: at(1, 12), end: at(2) }] };
    expect(statesOf(morning, week, undefined, evening)[1]).toBe('held');
    const gap = { held: [{ start: at(1, 12) + 1n, end: at(2) }] };
    expect(statesOf(morning, week, undefined, gap)[1]).toBe('held_partly');
  });

  it('being fetched until the rest of it is there', () => {
    const held = [{ start: at(1), end: at(2, 6) }];
    const pending = [{ start: at(1, 3), end: at(4) }];
    expect(statesOf({ held, pending }).slice(0, 5)).toEqual([
      'no_session',
      'held',
      'fetching',
      'fetching',
      'not_bought',
    ]);
  });

  it('what Databento says of it, even if a chunk covers it', () => {
    const held = [{ start: at(0), end: at(8) }];
    const sessions = {
      listed: [
        listed(1, 'missing', null),
        listed(2, 'degraded'),
        listed(3, 'pending'),
        listed(4, 'intraday'),
      ],
      asked: [{ from: 0, to: 7 }],
    };
    expect(statesOf({ held, stale: [{ from: 2, to: 4 }] }, sessions)).toEqual([
      'no_session',
      'vendor_missing',
      'held degraded stale',
      'held stale',
      'held',
      'no_session',
      'no_session',
      'held',
    ]);
    expect(statesOf({}, sessions)[2]).toBe('not_bought');
  });

  it('held with quarantined rows wherever both are true', () => {
    const held = [{ start: at(0), end: at(1, 12) }];
    const quarantined = new Map([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
    expect(statesOf({ held }, week, quarantined).slice(0, 3)).toEqual([
      'held_quarantined',
      'held_quarantined',
      'not_bought',
    ]);
  });
});

describe('an instrument that was bought again while ALL_SYMBOLS was not', () => {
  it('is stale only where it is not held itself', () => {
    const every = { held: [{ start: at(1), end: at(5) }], stale: [{ from: 1, to: 5 }] };
    const own = { held: [{ start: at(2), end: at(3) }] };
    expect(statesOf(own, week, new Map(), every).slice(1, 5)).toEqual([
      'held stale',
      'held',
      'held stale',
      'held stale',
    ]);
  });
});

describe('days are joined', () => {
  const pieces: Piece[] = [
    { instrumentId: 1, rawSymbol: 'ESU4', from: 1, to: 3 },
    { instrumentId: 2, rawSymbol: 'ESZ4', from: 3, to: 5 },
  ];
  const holdings = dayHoldings(
    holdingsOf({ held: [{ start: at(1), end: at(4, 6) }], stale: [{ from: 2, to: 3 }] }),
  );
  const none = dayHoldings();
  const factsOf = (given: Piece | undefined) => ({
    holdings: given ? holdings : none,
    quarantined: undefined,
  });
  const days = rowDays({ from: 0, to: 8 }, pieces, factsOf, {
    listed: [listed(1), listed(2, 'degraded', 90), listed(3), listed(4), listed(5), listed(6)],
    asked: [{ from: 0, to: 8 }],
  });
  const plain = {
    degraded: false,
    stale: false,
    lastModified: null,
    instrumentId: null,
    rawSymbol: null,
    quarantined: 0,
    parts: [],
  };
  const first = { ...plain, instrumentId: 1, rawSymbol: 'ESU4' };
  const second = { ...plain, instrumentId: 2, rawSymbol: 'ESZ4' };

  it('where the same is to be said of them', () => {
    const stale = {
      ...first,
      state: 'held',
      from: 2,
      to: 3,
      degraded: true,
      stale: true,
      lastModified: 90,
    };
    expect(joinDays(days, pieces, factsOf, false)).toEqual([
      { ...plain, state: 'no_session', from: 0, to: 1 },
      { ...first, state: 'held', from: 1, to: 2 },
      stale,
      { ...second, state: 'held', from: 3, to: 4 },
      {
        ...second,
        state: 'held_partly',
        from: 4,
        to: 5,
        parts: [{ start: at(4), end: at(4, 6) }],
      },
      { ...plain, state: 'not_bought', from: 5, to: 7 },
      { ...plain, state: 'no_session', from: 7, to: 8 },
    ]);
    expect(joinDays(days, pieces, factsOf, true)).toEqual([stale]);
  });
});

it('the instrument with data counts where a symbol meant two', () => {
  const both: Piece[] = [
    { ...piece, instrumentId: 1 },
    { ...piece, instrumentId: 2 },
  ];
  const held = dayHoldings(holdingsOf({ held: [{ start: at(1), end: at(2) }] }));
  const none = dayHoldings();
  const days = rowDays(
    { from: 0, to: 3 },
    both,
    (given) => ({ holdings: given?.instrumentId === 2 ? held : none, quarantined: undefined }),
    week,
  );
  expect([...days.pieces]).toEqual([0, 1, 0]);
});

it.each([
  ['1970-01-01', 0],
  ['2024-02-29', 19_782],
  ['2262-01-01', 106_651],
])('%s is day %i', (date, day) => {
  expect(dayNumber(date)).toBe(day);
  expect(dayDate(day)).toBe(date);
  expect([dayOf(at(day)), dayOf(at(day + 1) - 1n)]).toEqual([day, day]);
  expect([dayFrom(at(day)), dayFrom(at(day) + 1n)]).toEqual([day, day + 1]);
});
