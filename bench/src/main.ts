/** `npm run bench -- NAME [--rounds N] [--json]`: benchmarks, each against its peer in the same run. */
import { parseArgs } from 'node:util';
import { benchPipeline } from './pipeline.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, rounds: { type: 'string', default: '3' } },
});
const rounds = Number(values.rounds);

if (positionals[0] !== 'pipeline' || !Number.isInteger(rounds) || rounds < 1) {
  console.error('usage: npm run bench -- pipeline [--rounds 3] [--json]');
  process.exit(1);
}
const result = await benchPipeline(rounds);
if (values.json) {
  console.log(JSON.stringify(result));
} else {
  console.log(
    `whole path ${result.pipeline_rows_per_s} rows/s, psql \\copy ${result.psql_copy_rows_per_s} rows/s, ratio ${result.ratio_to_psql_copy} (median of ${rounds})`,
  );
}
