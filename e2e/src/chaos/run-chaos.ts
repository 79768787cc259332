/**
 * `npm run chaos [-- --rounds N] [--seed S] [--trades-per-day N] [--json]`: an undisturbed job of more than a million
 * trades, then in each round the same job while processes are killed, frozen and restarted, and connections reset
 * and slowed down. Exits 0 only if every table is the same and all sums hold.
 */
import { parseArgs } from 'node:util';
import { describeFault, planFaults } from './plan-faults.js';
import { runTrades } from './run-trades.js';
import type { RunResult } from './run-trades.js';

const MEMORY_LIMIT_MIB = 300;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    'trades-per-day': { type: 'string', default: '450000' },
    json: { type: 'boolean', default: false },
  },
});
const wholeNumber = (name: 'rounds' | 'seed' | 'trades-per-day'): number => {
  const number = Number(values[name]);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new RangeError(`--${name} takes a whole number above 0`);
};
const [rounds, seed] = [wholeNumber('rounds'), wholeNumber('seed')];
const tradesPerDay = wholeNumber('trades-per-day');
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const describe = ({ job, rows, seconds, checksum, deadLetters }: RunResult): string =>
  `${rows} rows in ${seconds.toFixed(1)} s, ${job.state}, sums ${job.holds ? 'hold' : 'DO NOT HOLD'}, ` +
  `checksum ${checksum}${deadLetters > 0 ? `, ${deadLetters} DEAD LETTERS` : ''}`;

say('undisturbed …');
const peace = await runTrades({ name: 'chaos-peace', tradesPerDay, faults: [] });
say(describe(peace));
say(`peak memory, MiB: ${JSON.stringify(peace.peakMiB)}`);

const results = [];
for (let round = 1; round <= rounds; round++) {
  const faults = planFaults(seed, round);
  say(`round ${round} of ${rounds} …`);
  const result = await runTrades({
    name: `chaos-${round}`,
    tradesPerDay,
    faults,
    onFault: (fault) => say(`  ${describeFault(fault)}`),
  });
  say(describe(result));
  const same = result.rows === peace.rows && result.checksum === peace.checksum;
  const complete = result.job.state === 'completed' && result.job.holds && result.deadLetters === 0;
  if (!same) say('  NOT the same table');
  results.push({
    round,
    faults: faults.map(describeFault),
    seconds: Number(result.seconds.toFixed(1)),
    same,
    complete,
  });
}

const bounded = Object.values(peace.peakMiB).every((peak) => peak < MEMORY_LIMIT_MIB);
const complete = peace.job.state === 'completed' && peace.job.holds;
const ok = bounded && complete && results.every((result) => result.same && result.complete);
if (values.json) {
  const { rows, peakMiB: peak_mib } = peace;
  console.log(JSON.stringify({ rows, seed, rounds: results, peak_mib, bounded, ok }));
} else {
  console.log(
    ok
      ? `the same table, row for row, in all ${rounds} rounds`
      : 'NOT the same, or not complete, or too much memory',
  );
}
process.exitCode = ok ? 0 : 1;
