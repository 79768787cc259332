/** `npm run bench -- NAME [--rounds N] [--records N] [--json]`: benchmarks, each against its peer in the same run. */
import { parseArgs } from 'node:util';
import { benchDbn } from './dbn/bench-dbn.js';
import { describeResults, jsonResults } from './dbn/report.js';
import { benchFetch } from './fetch/bench-fetch.js';
import { benchPipeline } from './pipeline.js';
import { benchQuery } from './query/bench-query.js';
import { describeQuery } from './query/describe-query.js';
import { benchRules } from './rules/bench-rules.js';
import { describeRules } from './rules/describe-rules.js';
import { benchStore } from './store/bench-store.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    records: { type: 'string' },
    rounds: { type: 'string' },
  },
});
const name = positionals[0];
const rounds = Number(values.rounds ?? (name === 'dbn' ? 5 : 3));
const records = Number(values.records ?? '10000000');
const isCount = (value: number): boolean => Number.isInteger(value) && value >= 1;

if (!isCount(rounds) || !isCount(records)) {
  refuse();
} else if (name === 'pipeline') {
  const result = await benchPipeline(rounds);
  if (values.json) {
    console.log(JSON.stringify(result));
  } else {
    console.log(
      `whole path ${result.pipeline_rows_per_s} rows/s, psql \\copy ${result.psql_copy_rows_per_s} rows/s, ratio ${result.ratio_to_psql_copy} (median of ${rounds})`,
    );
  }
} else if (name === 'fetch') {
  const result = await benchFetch(rounds, records);
  console.log(
    values.json
      ? JSON.stringify(result)
      : `fetch ${result.fetch_mb_per_s} MB/s, plain download ${result.download_mb_per_s} MB/s, ratio ${result.ratio_to_download} (median of ${rounds}); ` +
          `a job of ${result.job_records} records: fetcher at most ${result.fetcher_peak_rss_mib} MiB`,
  );
} else if (name === 'store') {
  const result = await benchStore(rounds, values.records === undefined ? 1_000_000 : records);
  console.log(
    values.json
      ? JSON.stringify(result)
      : `one connection ${result.one_connection_rows_per_s} rows/s, two ${result.two_connections_rows_per_s}, psql \\copy ${result.psql_rows_per_s}; ` +
          `ratios ${result.ratio_one_connection} and ${result.ratio_two_connections} (median of ${rounds}); ${result.bytes_per_row} bytes a row with its index, ${result.compressed_bytes_per_row} once TimescaleDB has compressed it`,
  );
} else if (name === 'query') {
  const result = await benchQuery(rounds, records);
  console.log(values.json ? JSON.stringify(result) : describeQuery(result));
} else if (name === 'dbn') {
  const results = await benchDbn(records, rounds);
  console.log(`${describeResults(results)}\n(medians of ${rounds} rounds)`);
  if (values.json) console.log(JSON.stringify(jsonResults(results, rounds)));
} else if (name === 'rules') {
  const result = benchRules(rounds);
  console.log(values.json ? JSON.stringify(result) : describeRules(result));
} else {
  refuse();
}

function refuse(): void {
  console.error(
    'usage: npm run bench -- pipeline [--rounds 3] [--json]\n' +
      '       npm run bench -- fetch [--rounds 3] [--records 10000000] [--json]\n' +
      '       npm run bench -- store [--rounds 3] [--records 1000000] [--json]\n' +
      '       npm run bench -- query [--rounds 3] [--records 10000000] [--json]\n' +
      '       npm run bench -- rules [--rounds 3] [--json]\n' +
      '       npm run bench -- dbn [--records 10000000] [--rounds 5] [--json]',
  );
  process.exitCode = 1;
}
