import { expect, it } from '@jest/globals';
import type { ChunkRequest } from '@tapeline/contracts';
import type { PlannedChunk } from '../plan-chunks.js';
import { decideSpend } from './decide-spend.js';
import { groupChunks } from './quote-chunks.js';

const quote = (usd: number) => ({ usd, records: 1, bytes: 48 });
const limits = { maxJobUsd: 5, monthlyBudgetUsd: 20 };
const month = (spentUsd: number, committedUsd = 0) => ({
  month: '2026-11',
  spentUsd,
  committedUsd,
});

it('lets a job go on within its limit and the budget', () => {
  expect(decideSpend(quote(5), null, limits, month(15))).toBeNull();
  expect(decideSpend(quote(0), null, { maxJobUsd: 0, monthlyBudgetUsd: 0 }, month(99))).toBeNull();
});

it('holds a job above its limit, or with which the month would be', () => {
  expect(decideSpend(quote(5.01), null, limits, month(0))).toEqual({
    reason: 'over_job_limit',
    message: 'it is quoted at $5.01, more than the $5.00 that a job may cost without approval',
  });
  expect(decideSpend(quote(1), null, limits, month(12, 7.5))).toEqual({
    reason: 'over_monthly_budget',
    message:
      'it is quoted at $1.00; with $12.00 spent and $7.50 under way that is more than the $20.00 budgeted for 2026-11',
  });
});

it('takes an approval for what was quoted, and for no more', () => {
  expect(decideSpend(quote(50), 50, limits, month(999))).toBeNull();
  expect(decideSpend(quote(50.5), 50, limits, month(0))).toMatchObject({
    message: 'it is quoted at $50.50, more than the $50.00 that were approved',
  });
});

const chunk = (start: number, end: number, changes: Partial<ChunkRequest> = {}): PlannedChunk => ({
  chunkId: `${start}`,
  request: {
    source: 'api',
    dataset: 'GLBX.MDP3',
    schema: 'trades',
    symbols: ['ES.c.0'],
    stype_in: 'continuous',
    start: String(start),
    end: String(end),
    exclude: [],
    ...changes,
  },
  claims: [],
});

it('quotes days in a row together, and gaps, other symbols and limits by themselves', () => {
  const ids: Partial<ChunkRequest> = { symbols: ['7'], stype_in: 'instrument_id' };
  const groups = groupChunks([
    chunk(20, 30),
    chunk(9, 20),
    chunk(31, 40),
    chunk(20, 30, ids),
    chunk(30, 31, ids),
    chunk(40, 50, { limit: 5 }),
  ]);
  const told = groups.map(({ request, chunks }) => [
    request.symbols,
    request.start,
    request.end,
    request.limit,
    chunks.length,
  ]);
  expect(told).toEqual([
    [['ES.c.0'], '9', '30', undefined, 2],
    [['7'], '20', '31', undefined, 2],
    [['ES.c.0'], '31', '40', undefined, 1],
    [['ES.c.0'], '40', '50', 5, 1],
  ]);
});
