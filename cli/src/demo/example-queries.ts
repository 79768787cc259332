import { ask, formatRecords } from '../commands/query.js';
import type { QueryOptions } from '../commands/query.js';
import type { GatewayClient, Job } from '../gateway-client.js';

export interface Example {
  readonly title: string;
  readonly options: QueryOptions;
}

/** Queries that show what the demo's market stored. */
export const marketExamples: readonly Example[] = [
  {
    title: 'The first minutes of the front ES contract, every price exact',
    options: {
      dataset: 'GLBX.MDP3',
      schema: 'ohlcv-1m',
      symbols: 'ES.c.0',
      stypeIn: 'continuous',
      start: '2024-07-01T13:30',
      end: '2024-07-01T14:30',
      limit: 5,
    },
  },
  {
    title: 'Trades of SPY with the quote before each, to the nanosecond',
    options: {
      dataset: 'XNAS.ITCH',
      schema: 'tbbo',
      symbols: 'SPY',
      start: '2024-07-01T13:30',
      end: '2024-07-01T14:30',
      limit: 5,
    },
  },
  {
    title: 'Official figures of crude oil: 3 is the settlement, 6 the volume, 9 the open interest',
    options: {
      dataset: 'GLBX.MDP3',
      schema: 'statistics',
      symbols: 'CL.c.0',
      stypeIn: 'continuous',
      start: '2024-07-01',
      end: '2024-07-02',
      limit: 6,
    },
  },
];

/** One query for each of the first three jobs that stored something. */
export const jobExamples = (jobs: readonly Job[]): Example[] =>
  jobs
    .filter((job) => job.stored > 0 && job.dataset !== null && job.schema !== null)
    .slice(0, 3)
    .map((job) => ({
      title: `What ${job.job_id} stored`,
      options: {
        dataset: job.dataset!,
        schema: job.schema!,
        symbols: 'ALL_SYMBOLS',
        start: '1971-01-01',
        end: '2200-01-01',
        limit: 5,
      },
    }));

/** The command line that asks the same. */
export function commandLine(options: QueryOptions): string {
  const stype = options.stypeIn === undefined ? '' : ` --stype-in ${options.stypeIn}`;
  const end = options.end === undefined ? '' : ` --end ${options.end}`;
  const limit = options.limit === undefined ? '' : ` --limit ${options.limit}`;
  return `npx tapeline query --dataset ${options.dataset} --schema ${options.schema} -s ${options.symbols}${stype} --start ${options.start}${end}${limit}`;
}

/** Asks the gateway and returns the answer as a table with its number of records. */
export async function runExample(
  gateway: GatewayClient,
  { options }: Example,
): Promise<{ table: string; records: number }> {
  const response = await ask(gateway, options, 'table');
  const { records } = (await response.json()) as {
    records: Parameters<typeof formatRecords>[1];
  };
  return { table: formatRecords(options.schema, records), records: records.length };
}
