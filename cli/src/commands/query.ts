import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { formatTimestamp } from '@tapeline/records';
import { CliError } from '../cli-error.js';
import { GatewayClient } from '../gateway-client.js';
import { formatTable } from '../print-table.js';
import { gatewayUrl } from '../stack/stack-file.js';

export interface QueryOptions {
  readonly dataset: string;
  readonly schema: string;
  readonly symbols: string;
  readonly stypeIn?: string;
  readonly start: string;
  readonly end?: string;
  readonly limit?: number;
  readonly format?: 'table' | 'csv' | 'json';
  readonly json?: boolean;
}

type Value = string | number | null;
type Row = Record<string, Value>;

/** Rows that a table shows unless --limit says more. */
const TABLE_ROWS = 20;

/** `tapeline query`: CSV and JSON are passed through as they come; a table is for a look. */
export async function query(options: QueryOptions): Promise<void> {
  const format = options.json ? 'json' : (options.format ?? 'table');
  const response = await ask(new GatewayClient(gatewayUrl()), options, format);
  if (format !== 'table') {
    if (!response.body) throw new CliError('the gateway sent no answer');
    await pipeline(Readable.fromWeb(response.body), process.stdout, { end: false });
    return;
  }
  const { records } = (await response.json()) as { records: Row[] };
  console.log(formatRecords(options.schema, records.slice(0, options.limit ?? TABLE_ROWS)));
  if (options.limit === undefined && records.length > TABLE_ROWS) {
    console.log(`the first ${TABLE_ROWS} records; --limit shows more, --format csv all`);
  }
}

/** Asks the gateway; a table asks for one record more than it shows. */
export function ask(
  gateway: GatewayClient,
  options: QueryOptions,
  format: 'table' | 'csv' | 'json',
): Promise<Response> {
  const limit = options.limit ?? (format === 'table' ? TABLE_ROWS + 1 : undefined);
  const parameters = new URLSearchParams({
    dataset: options.dataset,
    schema: options.schema,
    symbols: options.symbols,
    start: options.start,
    ...(options.stypeIn !== undefined && { stype_in: options.stypeIn }),
    ...(options.end !== undefined && { end: options.end }),
    ...(limit !== undefined && { limit: String(limit) }),
    encoding: format === 'csv' ? 'csv' : 'json',
  });
  return gateway.timeseries(parameters);
}

const PLUMBING = new Set([
  'publisher_id',
  'instrument_id',
  'flags',
  'ts_in_delta',
  'sequence',
  'depth',
]);
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  definition: [
    'ts_recv',
    'raw_symbol',
    'asset',
    'instrument_class',
    'expiration',
    'min_price_increment',
    'currency',
  ],
  statistics: ['ts_recv', 'symbol', 'stat_type', 'price', 'quantity', 'ts_ref'],
};

/** Records as a table: the columns that people look at, times in ISO, prices without idle zeros. */
export function formatRecords(schema: string, records: readonly Row[]): string {
  const [first] = records;
  if (!first) return 'no records';
  const all = Object.keys(first);
  const columns =
    SHOWN[schema] ??
    all.filter((name) => !PLUMBING.has(name) && !(name === 'ts_event' && all.includes('ts_recv')));
  return formatTable(
    columns,
    records.map((record) => columns.map((name) => show(name, record[name] ?? null))),
  );
}

function show(name: string, value: Value): Value {
  if (typeof value !== 'string') return value;
  if (/^(ts_|expiration$|activation$)/.test(name) && /^\d{15,}$/.test(value)) {
    return formatTimestamp(BigInt(value));
  }
  return /^-?\d+\.\d{9}$/.test(value) ? value.replace(/0{1,7}$/, '') : value;
}
