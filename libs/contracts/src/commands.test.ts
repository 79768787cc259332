import { expect, it } from '@jest/globals';
import { InvalidCommandError, parseIngestCommand, requestRange } from './commands.js';
import type { ApiRequest } from './commands.js';

const command = {
  dataset: 'GLBX.MDP3',
  schema: 'trades',
  symbols: ['ESU4'],
  start: '2024-07-01',
};

it('fills in what Databento would assume', () => {
  expect(parseIngestCommand({ ...command, symbols: 'ESU4, CLQ4,ESU4' })).toEqual({
    ...command,
    symbols: ['ESU4', 'CLQ4'],
    stype_in: 'raw_symbol',
  });
});

it('keeps the blanks inside a symbol', () => {
  const parsed = parseIngestCommand({ ...command, symbols: ['UD:1V: BO 2864311'] });
  expect(parsed).toMatchObject({ symbols: ['UD:1V: BO 2864311'] });
});

it.each([
  [{}, 1_719_792_000_000_000_000n, 1_719_878_400_000_000_000n],
  [
    { end: '2024-07-01T00:00:00.000000001Z' },
    1_719_792_000_000_000_000n,
    1_719_792_000_000_000_001n,
  ],
  [{ start: '000000001', end: '000000002' }, 1n, 2n],
])('reads the range of %j as half-open nanoseconds', (change, start, end) => {
  const parsed = parseIngestCommand({ ...command, ...change }) as ApiRequest;
  expect(requestRange(parsed)).toEqual({ start, end });
});

it.each([
  [null, 'the command must be a JSON object'],
  [[], 'the command must be a JSON object'],
  [{ ...command, schema: 'trade' }, "schema: 'trade' is no schema that tapeline ingests"],
  [{ ...command, dataset: 'glbx' }, 'dataset: a dataset looks like GLBX.MDP3'],
  [{ ...command, symbols: [] }, 'symbols: name at least one symbol, or ALL_SYMBOLS'],
  [{ ...command, symbols: 'ES,,CL' }, 'symbols.1: a symbol is empty'],
  [{ ...command, stype_in: 'isin' }, 'stype_in: Invalid option'],
  [{ ...command, end: '2024-07-01' }, 'end: end is exclusive and must be after start'],
  [{ ...command, start: '2024-07-01T00:00:00.5' }, 'end: end is required here'],
  [{ ...command, end: '2300-01-01' }, "end: '2300-01-01' is after the year 2262"],
  [{ ...command, limit: 0 }, 'limit: limit must be above 0'],
  [{ ...command, job_id: 'a b' }, 'job_id: a job id has 1 to 64 letters'],
  [{ ...command, sybols: 'x' }, 'Unrecognized key: "sybols"'],
  [{ file: 'x.dbn' }, 'file: give the absolute path'],
])('refuses %j', (input, reason) => {
  expect(() => parseIngestCommand(input)).toThrow(InvalidCommandError);
  expect(() => parseIngestCommand(input)).toThrow(reason);
});

it('names every fault, and the job if its id is usable', () => {
  expect(() => parseIngestCommand({ job_id: 'mine', schema: 'x', start: 'y' })).toThrow(
    expect.objectContaining({
      jobId: 'mine',
      reasons: expect.arrayContaining([expect.any(String)]),
    }),
  );
});
