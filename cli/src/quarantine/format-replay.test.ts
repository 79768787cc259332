import { stripVTControlCharacters } from 'node:util';
import { expect, it } from '@jest/globals';
import { formatFindings, formatReplay, formatReplays } from './format-replay.js';
import { endedReplay } from './refused-fixture.js';

it('tells what a replay came to, rules that refuse most first', () => {
  const example = { chunk_id: 'db9e5408e5252827135e', ordinal: 54 };
  const details = {
    by_rule: { rare: { refused: 1 }, frequent: { refused: 3 } },
    changes: { stored_now: 1_750, refused_now: 0 },
    examples: [
      { ...example, rule: 'frequent', reason: 'size 0' },
      { ...example, reason: 'passes now' },
      ...Array.from({ length: 10 }, () => ({ ...example, reason: 'one of many' })),
    ],
  };
  expect(formatReplay(endedReplay({ details })).split('\n')).toEqual([
    'replay r1: completed',
    '1,757 tried; 1,750 are stored, 4 are refused, 3 are left out',
    'otherwise than before: 1,750 stored, 0 refused',
    '  3 refused by frequent',
    '  1 refused by rare',
    '  db9e5408e5252827135e 54: frequent: size 0',
    '  db9e5408e5252827135e 54: passes now',
    ...Array.from({ length: 3 }, () => '  db9e5408e5252827135e 54: one of many'),
  ]);
});

it('says that a dry run changed nothing', () => {
  expect(formatReplay(endedReplay({ dry_run: true }))).toBe(
    'replay r1: completed, dry run: nothing was changed\n1,757 tried; 1,750 would be stored, 4 would be refused, 3 would be left out',
  );
});

it('says why a replay failed', () => {
  const replay = endedReplay({ state: 'failed', message: 'no chunk of job es is archived' });
  expect(formatReplay(replay)).toMatch(
    /^replay r1: failed\nno chunk of job es is archived\n1,757 tried; /,
  );
});

it('lists replays', () => {
  const table = formatReplays([
    endedReplay({ dry_run: true }),
    endedReplay({
      replay_id: 'r2',
      command: { source: 'archive', filter: {}, dry_run: false },
      state: 'running',
    }),
  ]);
  expect(table).toMatch(/│ r1 +│ quarantine, dry run +│ completed +│ +1,757 │/);
  expect(table).toMatch(/│ r2 +│ archive +│ running .*│ 2026-11-23T13:27:00 │/);
});

it('lists findings, and says when there are more', () => {
  const finding = {
    dataset: 'GLBX.MDP3',
    schema: 'trades',
    chunk_id: 'db9e5408e5252827135e',
    check: 'gaps',
    severity: 'warn',
    instrument_id: 5602,
    start: '2024-07-01T13:30:00.000000000Z',
    message: 'nothing for 20 min',
  };
  const table = formatFindings([finding, { ...finding, instrument_id: null }], 200, false);
  expect(table).toMatch(/│ warn +│ gaps +│ trades +│ #5602 +│ 2024-07-01T13:30:00.000000000Z │/);
  expect(table).toMatch(/│ trades +│ all +│/);
  expect(table).toMatch(/┘$/);
  expect(formatFindings([finding], 200, true)).toMatch(/\nthere are more: --limit shows them$/);

  const long = { ...finding, message: 'x'.repeat(300) };
  const cut = stripVTControlCharacters(formatFindings([finding, long], 120, false)).split('\n');
  expect(cut.pop()).toBe('--json shows whole messages');
  expect(new Set(cut.map((line) => line.length))).toEqual(new Set([120]));
  expect(formatFindings([long], Infinity, false)).toContain(` ${long.message} `);
});
