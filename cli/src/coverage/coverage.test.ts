import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { remarks } from '../commands/coverage.js';
import type { CoverageRange, CoverageRow } from './coverage-answer.js';
import { coverageLines } from './coverage-lines.js';
import { drawCalendar } from './draw-calendar.js';
import { formatCoverage } from './format-coverage.js';

/** A range of a state, `[start, end)`. */
const range = (
  start: string,
  end: string,
  state: CoverageRange['state'],
  fields: Partial<CoverageRange> = {},
): CoverageRange => ({
  start,
  end,
  state,
  degraded: false,
  stale: false,
  last_modified_date: null,
  instrument_id: 1,
  raw_symbol: 'ESU4',
  quarantined: 0,
  held: [],
  ...fields,
});

const rowOf = (
  ranges: readonly CoverageRange[],
  fields: Partial<CoverageRow> = {},
): CoverageRow => ({
  dataset: 'GLBX.MDP3',
  schema: 'trades',
  symbol: 'ES.c.0',
  start: ranges[0]!.start,
  end: ranges.at(-1)!.end,
  days: { held: 3, no_session: 1 },
  stale_days: 0,
  ranges,
  ...fields,
});

const fortnight = [
  range('2024-07-01', '2024-07-06', 'held'),
  range('2024-07-06', '2024-07-07', 'no_session'),
  range('2024-07-07', '2024-07-13', 'held'),
  range('2024-07-13', '2024-07-14', 'no_session', { raw_symbol: null }),
];

describe('lines', () => {
  const linesOf = (ranges: readonly CoverageRange[]) =>
    coverageLines(ranges).map(
      ({ state, first, last, days, sessionless }) =>
        `${state} ${first.slice(5)} ${last.slice(5)} ${days}+${sessionless}`,
    );

  it('go over days without a session', () => {
    expect(linesOf(fortnight)).toEqual(['held 07-01 07-12 11+1', 'no_session 07-13 07-13 1+0']);
    expect(linesOf([...fortnight, range('2024-07-14', '2024-07-16', 'held')])).toEqual([
      'held 07-01 07-15 13+2',
    ]);
  });

  it.each<[string, Partial<CoverageRange>]>([
    ['state', { state: 'not_bought' }],
    ['quality', { degraded: true }],
    ['age', { stale: true }],
    ['contract', { raw_symbol: 'ESZ4' }],
  ])('end where another %s begins', (_, fields) => {
    expect(linesOf([...fortnight, range('2024-07-14', '2024-07-16', 'held', fields)])).toEqual([
      'held 07-01 07-12 11+1',
      'no_session 07-13 07-13 1+0',
      `${fields.state ?? 'held'} 07-14 07-15 2+0`,
    ]);
  });

  it('join days without a session, whatever the symbol meant then', () => {
    expect(
      linesOf([
        range('2024-07-06', '2024-07-07', 'no_session'),
        range('2024-07-07', '2024-07-08', 'no_session', { raw_symbol: null }),
      ]),
    ).toEqual(['no_session 07-06 07-07 2+0']);
  });
});

describe('a table', () => {
  it('says what is particular about days', () => {
    const part = { start: '2024-07-15T13:30:00.000000000Z', end: '2024-07-16T00:00:00.000000000Z' };
    const text = formatCoverage([
      rowOf([
        ...fortnight,
        range('2024-07-14', '2024-07-15', 'held_quarantined', { quarantined: 1234 }),
        range('2024-07-15', '2024-07-16', 'held_partly', { held: [part] }),
        range('2024-07-16', '2024-07-17', 'held_partly', {
          degraded: true,
          held: [
            { start: '2024-07-16T00:00:00.000000000Z', end: '2024-07-16T00:00:00.500000000Z' },
            { start: '2024-07-16T01:00:00.000000000Z', end: '2024-07-16T01:00:01.000000000Z' },
          ],
        }),
        range('2024-07-17', '2024-07-18', 'held', {
          stale: true,
          last_modified_date: '2024-09-01',
          raw_symbol: 'ES.c.0',
        }),
      ]),
    ]);
    const notes = text
      .split('\n')
      .slice(3, -1)
      .map((line) => line.split('│').at(-2)!.trim());
    expect(notes).toEqual([
      'ESU4, and 1 without session',
      '',
      'ESU4, 1,234 in quarantine',
      'ESU4, 13:30 to 24:00',
      'ESU4, degraded, 2 parts: see --json',
      'changed 2024-09-01',
    ]);
  });

  it('leaves out what nobody would read, and says so', () => {
    const days = Array.from({ length: 20 }, (_, index) =>
      range(
        `2024-07-${String(index + 1).padStart(2, '0')}`,
        `2024-07-${String(index + 2).padStart(2, '0')}`,
        index % 2 === 0 ? 'held' : 'not_bought',
      ),
    );
    const text = formatCoverage(Array.from({ length: 60 }, () => rowOf(days)));
    expect(text).toContain('… 8 more');
    expect(text).toContain('10 more are not shown');
    expect(text.split('\n')).toHaveLength(3 + 50 * 13 + 1 + 1);
  });
});

describe('a calendar', () => {
  it('has weeks in columns, a character a day, and a legend of what occurs', () => {
    const ranges = [
      ...fortnight,
      range('2024-07-14', '2024-07-15', 'held', { degraded: true }),
      range('2024-07-15', '2024-07-16', 'held', { degraded: true, stale: true }),
      range('2024-07-16', '2024-07-17', 'held_quarantined', { stale: true }),
      range('2024-07-17', '2024-07-18', 'held_partly'),
      range('2024-07-30', '2024-08-03', 'not_bought'),
    ];
    expect(drawCalendar([rowOf(ranges)], false)).toBe(
      [
        'GLBX.MDP3 trades ES.c.0  held: 3, no session: 1',
        '          MTWTFSS MTWTFSS MTWTFSS MTWTFSS MTWTFSS MT',
        '2024 Jul  █████·█ █████·d s!▄              ░░',
        '     Aug     ░░',
        '',
        '█ held   ▄ held partly   d held, degraded   s held, changed since it was bought',
        '! held, with quarantined rows inside   ░ not bought   · no session',
      ].join('\n'),
    );
  });

  it('is the same in colours', () => {
    const rows = [rowOf(fortnight), rowOf([range('2024-12-30', '2025-02-02', 'fetching')])];
    const coloured = drawCalendar(rows, true);
    expect(coloured).toContain('\u001B[32m█████\u001B[39m');
    expect(stripVTControlCharacters(coloured)).toBe(drawCalendar(rows, false));
    expect(drawCalendar(rows, false)).toContain(
      ['2024 Dec'.padEnd(50) + '▒▒', '2025 Jan    ▒▒▒▒▒ ▒▒▒▒▒▒▒ ▒▒▒▒▒▒▒ ▒▒▒▒▒▒▒ ▒▒▒▒▒'].join('\n'),
    );
  });

  it('draws so many months, the latest of each symbol, and says what it leaves out', () => {
    const long = rowOf([range('2000-01-01', '2024-01-01', 'held')]);
    const alone = drawCalendar([long], false);
    expect(alone).toContain('48 earlier months are left out');
    expect(alone).toMatch(/^2004 Jan/m);
    expect(alone).not.toMatch(/^2003/m);
    const years = rowOf([range('2014-01-01', '2023-01-01', 'held')]);
    const many = drawCalendar([years, years, years, years], false);
    expect(many.match(/Jan {2}/g)).toHaveLength(18);
    expect(many).toContain('2 more are not drawn');
  });
});

describe('remarks', () => {
  const stale = rowOf(fortnight, { stale_days: 2 });
  const answer = { rows: [rowOf(fortnight), stale], nothing_held: [], left_off: 0 };

  it('name the command that fetches again', () => {
    const what = 'Databento changed 2 days of 1 symbol after they were bought';
    expect(remarks(answer, {})).toEqual([`${what}; --stale lists them`]);
    expect(remarks(answer, { stale: true })).toEqual([
      `${what}; 'tapeline ingest --refetch' fetches and replaces them`,
    ]);
  });

  it('say why there is nothing or not all', () => {
    const none = { rows: [], nothing_held: [], left_off: 0 };
    expect(remarks(none, {})[0]).toMatch(
      /^nothing of this is held or being fetched; 'tapeline ingest/,
    );
    expect(remarks(none, { stale: true })[0]).toMatch(/^nothing held was changed/);
    expect(remarks({ ...none, nothing_held: ['CL.c.0', 'NQ.c.0'] }, {})).toEqual([
      'nothing is held or being fetched of CL.c.0, NQ.c.0',
    ]);
    expect(remarks({ ...none, left_off: 1200 }, {})[1]).toMatch(/^1,200 symbols more/);
  });
});
