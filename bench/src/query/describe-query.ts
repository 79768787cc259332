import type { QueryResult } from './bench-query.js';

/** The result in two lines. */
export const describeQuery = (result: QueryResult): string =>
  `${result.rows} trades: Arrow ${result.arrow_rows_per_s} rows/s, CSV ${result.csv_rows_per_s}, NDJSON ${result.ndjson_rows_per_s}, psql \\copy ${result.psql_rows_per_s}; ` +
  `ratios ${result.arrow_ratio_to_psql}, ${result.csv_ratio_to_psql}, ${result.ndjson_ratio_to_psql} (median of ${result.rounds}); ` +
  `first byte after ${result.first_byte_ms.toFixed(0)} ms; gateway at most ${result.gateway_peak_rss_mib ?? 'unknown'} MiB\n` +
  `a month of daily bars for ${result.bars_clients} clients at a time: median ${result.bars_month_p50_ms} ms, 99 % within ${result.bars_month_p99_ms} ms, ${result.bars_requests_per_s} a second`;
