/**
 * `npm run chaos [-- --trades-per-day N] [--json]`: an undisturbed job of at least a million trades, then
 * the same with each process killed by SIGKILL in turn. Exits 0 only if both tables are the same.
 */
import { parseArgs } from 'node:util';
import { runTrades, VICTIMS } from './disturbance.js';
import type { RunResult } from './disturbance.js';

const MEMORY_LIMIT_MIB = 300;

const { values } = parseArgs({
  options: {
    'trades-per-day': { type: 'string', default: '450000' },
    json: { type: 'boolean', default: false },
  },
});
const tradesPerDay = Number(values['trades-per-day']);
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const describe = ({ job, rows, seconds, checksum }: RunResult): string =>
  `${rows} rows in ${seconds.toFixed(1)} s, ${job.state}, sums ${job.holds ? 'hold' : 'DO NOT HOLD'}, checksum ${checksum}`;

say('undisturbed …');
const peace = await runTrades('chaos-peace', tradesPerDay, []);
say(describe(peace));
say(`peak memory, MiB: ${JSON.stringify(peace.peakMiB)}`);
say(`killing ${VICTIMS.join(', ')} in turn …`);
const disturbed = await runTrades('chaos-disturbed', tradesPerDay, VICTIMS);
say(describe(disturbed));

const same = disturbed.rows === peace.rows && disturbed.checksum === peace.checksum;
const complete = [peace, disturbed].every(({ job }) => job.state === 'completed' && job.holds);
const bounded = Object.values(peace.peakMiB).every((peak) => peak < MEMORY_LIMIT_MIB);
const ok = same && complete && bounded;
if (values.json) {
  const { rows, peakMiB } = peace;
  const { killed, seconds } = disturbed;
  console.log(
    JSON.stringify({
      rows,
      killed,
      seconds: Math.round(seconds),
      peak_mib: peakMiB,
      same,
      complete,
      bounded,
      ok,
    }),
  );
} else {
  console.log(
    ok ? 'the same table, row for row' : 'NOT the same, or not complete, or too much memory',
  );
}
process.exitCode = ok ? 0 : 1;
