/**
 * `npm run chaos [-- --rounds N] [--seed S] [--cluster] [--trades-per-day N] [--json]`: an undisturbed job of more than
 * a million trades, then in each round the same job while processes are killed, frozen and restarted, and connections
 * reset and slowed down; with --cluster on three nats-servers, whose leaders are struck. Exits 0 only if every table
 * is the same, all sums hold and no message was given up. Round n of seed S is round 1 of seed S + n - 1.
 */
import { parseArgs } from 'node:util';
import { describeFault, planFaults } from './plan-faults.js';
import { runTrades, sumsHold } from './run-trades.js';
import type { CheckedRun, DoneFault } from './run-trades.js';

const MEMORY_LIMIT_MIB = 300;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    'trades-per-day': { type: 'string', default: '300000' },
    cluster: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const wholeNumber = (name: 'rounds' | 'seed' | 'trades-per-day'): number => {
  const number = Number(values[name]);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new RangeError(`--${name} takes a whole number above 0`);
};
const [rounds, firstSeed] = [wholeNumber('rounds'), wholeNumber('seed')];
const tradesPerDay = wholeNumber('trades-per-day');
const { cluster } = values;
const say = (line: string): void => void process.stderr.write(`${line}\n`);

const describeRun = (run: CheckedRun): string =>
  [
    `${run.rows} rows of ${Object.keys(run.checksums).length} instruments in ${run.seconds.toFixed(1)} s: `,
    run.differences.length === 0 ? 'all well' : `NOT WELL: ${run.differences.join('; ')}`,
  ].join('');

const describeDone = ({ fault, struck, atMs }: DoneFault) => ({
  at_ms: atMs,
  at_share: Number(fault.share.toFixed(4)),
  kind: fault.kind,
  target: fault.target,
  struck,
  ...('ms' in fault && { for_ms: fault.ms }),
  ...('by' in fault && { by_ms: fault.by }),
});

say('undisturbed …');
const peace = await runTrades({ name: 'chaos-peace', tradesPerDay, cluster });
say(`  ${describeRun(peace)}`);
say(`  peak memory, MiB: ${JSON.stringify(peace.peakMiB)}`);

const results = [];
for (let round = 1; round <= rounds; round++) {
  const seed = firstSeed + round - 1;
  say(`round ${round} of ${rounds}, seed ${seed} …`);
  const run = await runTrades({
    name: `chaos-${seed}`,
    tradesPerDay,
    cluster,
    disturbance: { faults: planFaults(seed, { cluster }), peace },
    onFault: ({ fault, struck, atMs }) =>
      say(
        `  ${(atMs / 1000).toFixed(1)} s: ${describeFault(fault)}${struck === fault.target ? '' : ` (${struck})`}`,
      ),
  });
  say(`  ${describeRun(run)}`);
  results.push({
    seed,
    faults: run.faults.map(describeDone),
    seconds: Number(run.seconds.toFixed(1)),
    holds: sumsHold(run),
    checksum_equal: JSON.stringify(run.checksums) === JSON.stringify(peace.checksums),
    dead_letters: run.deadLetters,
    ok: run.differences.length === 0,
  });
}

const bounded = Object.values(peace.peakMiB).every((peak) => peak < MEMORY_LIMIT_MIB);
const ok = bounded && peace.differences.length === 0 && results.every((result) => result.ok);
if (values.json) {
  const { rows, peakMiB: peak_mib } = peace;
  const instruments = Object.keys(peace.checksums).length;
  console.log(
    JSON.stringify({
      seed: firstSeed,
      cluster,
      rows,
      instruments,
      rounds: results,
      peak_mib,
      bounded,
      ok,
    }),
  );
} else {
  console.log(
    ok
      ? `the same table, row for row, in all ${rounds} rounds`
      : 'NOT the same, or not complete, or too much memory',
  );
}
process.exitCode = ok ? 0 : 1;
