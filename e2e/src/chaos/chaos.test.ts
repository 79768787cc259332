/** The short form of `npm run chaos`: a small job in peace, and with faults by seed; then on a cluster. */
import { beforeAll, expect, it } from '@jest/globals';
import { describeFault, LEADERS, planFaults, VICTIMS } from './plan-faults.js';
import type { Fault } from './plan-faults.js';
import { runTrades } from './run-trades.js';
import type { CheckedRun } from './run-trades.js';

const TRADES_PER_DAY = 10_000;
/** Between them: freeze, cut, slow, restart and kill. */
const SEEDS = [4, 9] as const;

let peace: CheckedRun;

beforeAll(async () => {
  peace = await runTrades({ name: 'peace', tradesPerDay: TRADES_PER_DAY });
}, 120_000);

it('plans the same faults for the same seed, and others for another', () => {
  const texts = (seed: number): string[] => planFaults(seed).map(describeFault);
  expect(texts(SEEDS[0])).toEqual(texts(SEEDS[0]));
  expect(texts(SEEDS[0])).not.toEqual(texts(SEEDS[1]));
  const planned = Array.from({ length: 40 }, (_, seed) => planFaults(seed)).flat();
  expect(new Set(planned.map(({ kind }) => kind))).toEqual(
    new Set(['kill', 'freeze', 'restart', 'cut', 'slow']),
  );
  expect(new Set(planned.map(({ target }) => target))).toEqual(
    new Set([...VICTIMS, 'nats', 'postgres']),
  );
  const clustered = Array.from({ length: 40 }, (_, seed) => planFaults(seed, { cluster: true }));
  expect(clustered.flat().map(({ target }) => target)).toEqual(
    expect.arrayContaining([...LEADERS]),
  );
});

it('has a job of several instruments whose sums hold in peace', () => {
  expect(peace.differences).toEqual([]);
  expect(peace.job).toMatchObject({ quarantined: 0, filtered: 0 });
  expect(peace.rows).toBeGreaterThan(TRADES_PER_DAY);
  expect(Object.keys(peace.checksums).length).toBeGreaterThan(3);
});

it('loses and doubles nothing, whatever is killed, frozen, cut off or slow', async () => {
  const everyone = [...VICTIMS, 'query-gateway' as const].map((target, index, { length }) => ({
    share: index / (length + 1),
    kind: 'kill' as const,
    target,
  }));
  const plans = [everyone, ...SEEDS.map((seed) => planFaults(seed))];
  const runs = await Promise.all(
    plans.map((faults, index) =>
      runTrades({
        name: `round-${index}`,
        tradesPerDay: TRADES_PER_DAY,
        disturbance: { faults, peace },
      }),
    ),
  );
  expect(runs.map(({ differences }) => differences)).toEqual(plans.map(() => []));
  expect(runs.map(({ faults }) => faults.map(({ fault }) => fault))).toEqual(plans);
}, 300_000);

it('gets over the loss of the leaders of a cluster', async () => {
  const faults = (['meta leader', 'VALIDATED leader', 'INGEST_EVENTS leader'] as const).map(
    (target, index, { length }): Fault => ({ share: index / length, kind: 'kill', target }),
  );
  const run = await runTrades({
    name: 'cluster',
    tradesPerDay: TRADES_PER_DAY,
    disturbance: { faults, peace },
    cluster: true,
  });
  expect(run.differences).toEqual([]);
  expect(run.faults.map(({ struck }) => struck)).toEqual(
    faults.map(() => expect.stringMatching(/^nats-server-[123]$/)),
  );
}, 300_000);
