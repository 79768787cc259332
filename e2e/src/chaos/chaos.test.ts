/** The short form of `npm run chaos`: a small job in peace, with every process killed in turn, and with faults by seed. */
import { expect, it } from '@jest/globals';
import { describeFault, planFaults, VICTIMS } from './plan-faults.js';
import type { Fault } from './plan-faults.js';
import { runTrades } from './run-trades.js';
import type { RunResult } from './run-trades.js';

const TRADES_PER_DAY = 20_000;
const SEED = 1;

it('plans the same faults for the same seed, and others for another', () => {
  const texts = (seed: number): string[] =>
    [1, 2, 3].flatMap((round) => planFaults(seed, round).map(describeFault));
  expect(texts(SEED)).toEqual(texts(SEED));
  expect(texts(SEED)).not.toEqual(texts(SEED + 1));
  const kinds = new Set(
    Array.from({ length: 20 }, (_, round) =>
      planFaults(SEED, round).map(({ kind }) => kind),
    ).flat(),
  );
  expect(kinds).toEqual(new Set(['kill', 'freeze', 'restart', 'cut', 'slow']));
});

it('loses and doubles nothing, whatever is killed, frozen, cut off or slow', async () => {
  const run = (name: string, faults: readonly Fault[]): Promise<RunResult> =>
    runTrades({ name, tradesPerDay: TRADES_PER_DAY, faults });
  const peace = await run('peace', []);
  expect(peace.job).toMatchObject({ state: 'completed', holds: true, quarantined: 0, filtered: 0 });
  expect(peace.rows).toBe(peace.job.fetched);
  expect(peace.rows).toBeGreaterThan(TRADES_PER_DAY);
  expect(peace.deadLetters).toBe(0);

  const everyone = [...VICTIMS, 'query-gateway' as const].map((target, index, { length }) => ({
    share: index / (length + 1),
    kind: 'kill' as const,
    target,
  }));
  for (const [name, faults] of [
    ['killed', everyone],
    ...[1, 2, 3].map((round) => [`round-${round}`, planFaults(SEED, round)] as const),
  ] as const) {
    const { job, rows, checksum, deadLetters } = await run(name, faults);
    expect([name, job.state, job.holds, rows, checksum, deadLetters]).toEqual([
      name,
      'completed',
      true,
      peace.rows,
      peace.checksum,
      0,
    ]);
  }
}, 300_000);
