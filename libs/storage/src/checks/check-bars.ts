import { formatTimestamp, SCHEMAS } from '@tapeline/records';
import type { SchemaDescription, SchemaName } from '@tapeline/records';
import type { ChunkCheckOf } from '@tapeline/rules';
import { nanosecondsOf } from '../lookups/exact-sql.js';
import { MOST_FINDINGS, NOTHING_FOUND } from './finding.js';
import type { CheckRun, DraftFinding, Found } from './finding.js';
import { shortPrice } from './format-values.js';
import { heldTogether } from './held-together.js';
import { Parameters } from './parameters.js';
import { rowsIn } from './rows-in.js';

const SECOND = 1_000_000_000n;

/** Seconds of a bar. Databento makes bars of the trades whose `ts_recv` lies in them. */
const SECONDS: ReadonlyMap<SchemaName, bigint> = new Map([
  ['ohlcv-1s', 1n],
  ['ohlcv-1m', 60n],
  ['ohlcv-1h', 3_600n],
  ['ohlcv-1d', 86_400n],
]);

/**
 * Bars against the trades of the same instrument, publisher and interval, where both are held: a chunk of bars
 * against its trades, and a chunk of trades against each kind of bars. A bar without trades and trades without
 * their bar disagree, too.
 */
export async function checkBars(run: CheckRun, check: ChunkCheckOf<'bars_agree'>): Promise<Found> {
  const own = run.chunk.schema.name;
  let all = NOTHING_FOUND;
  for (const [name, seconds] of SECONDS) {
    if (own !== 'trades' && own !== name) continue;
    const found = await compare(run, check, SCHEMAS[name], seconds);
    all = {
      findings: [...all.findings, ...found.findings].slice(0, MOST_FINDINGS),
      total: all.total + found.total,
    };
  }
  return all;
}

const PRICES = ['open', 'high', 'low', 'close'] as const;

async function compare(
  run: CheckRun,
  check: ChunkCheckOf<'bars_agree'>,
  bars: SchemaDescription,
  seconds: bigint,
): Promise<Found> {
  const ranges = await heldTogether(run, bars.name, seconds * SECOND);
  if (ranges.length === 0) return NOTHING_FOUND;
  const parameters = new Parameters();
  const { datasetId } = run.chunk;
  const key = ['t.instrument_id', 't.publisher_id'];
  const barRows = rowsIn(parameters, { schema: bars, datasetId, ranges }, [
    ...key,
    't.ts_event AS bar',
    't.volume',
    ...PRICES.map((name) => `t.${name}`),
  ]);
  const step = parameters.add(`${seconds} seconds`, 'interval');
  const trades = rowsIn(parameters, { schema: SCHEMAS.trades, datasetId, ranges }, [
    ...key,
    `date_bin(${step}, t.ts_recv, 'epoch') AS bar`,
    't.ts_recv',
    't.ts_recv_ns',
    't.ordinal',
    't.price',
    't.size',
  ]);
  const { numerator, denominator } = check.volume_tolerance;
  const { rows: found } = await run.client.query<Record<string, string | null>>(
    `WITH bars AS (${barRows}),
          sums AS (
            SELECT instrument_id, publisher_id, bar, count(*) AS trades, sum(size) AS volume, max(price) AS high,
                   min(price) AS low, max(price) FILTER (WHERE is_first) AS open, max(price) FILTER (WHERE is_last) AS close
              FROM (SELECT *, lag(ordinal) OVER w IS NULL AS is_first, lead(ordinal) OVER w IS NULL AS is_last
                      FROM ${trades} AS r
                    WINDOW w AS (PARTITION BY instrument_id, publisher_id, bar ORDER BY ts_recv, ts_recv_ns, ordinal)) AS p
             GROUP BY instrument_id, publisher_id, bar)
     SELECT instrument_id, publisher_id, ${nanosecondsOf('bar', '0')} AS ns, s.trades, b.volume, s.volume AS sum,
            ${PRICES.map((name) => `b.${name}, s.${name} AS of_${name}`).join(', ')}, count(*) OVER () AS total
       FROM bars b FULL JOIN sums s USING (instrument_id, publisher_id, bar)
      WHERE b.volume IS NULL OR s.volume IS NULL
         OR abs(b.volume - s.volume) * ${parameters.add(denominator, 'numeric')} > b.volume * ${parameters.add(numerator, 'numeric')}
         OR ${PRICES.map((name) => `b.${name} IS DISTINCT FROM s.${name}`).join(' OR ')}
      ORDER BY bar, instrument_id, publisher_id LIMIT ${MOST_FINDINGS}`,
    parameters.values,
  );
  return {
    findings: found.map((row) => describe(row, bars.name, seconds * SECOND)),
    total: Number(found[0]?.['total'] ?? 0),
  };
}

function describe(
  row: Record<string, string | null>,
  schema: SchemaName,
  length: bigint,
): DraftFinding {
  const start = BigInt(row['ns']!);
  const bar = `${schema} bar of instrument ${row['instrument_id']} at ${formatTimestamp(start)}`;
  const price = (text: string | null | undefined): string =>
    typeof text === 'string' ? shortPrice(BigInt(text)) : 'null';
  let message: string;
  if (row['sum'] === null) {
    message = `the ${bar} has a volume of ${row['volume']}, and there is no trade in it`;
  } else if (row['volume'] === null) {
    message = `there is no ${bar}, and ${row['trades']} trades of ${row['sum']} in all lie in it`;
  } else {
    const differences = PRICES.filter((name) => row[name] !== row[`of_${name}`]).map(
      (name) =>
        `its ${name} is ${price(row[name])} and that of the trades ${price(row[`of_${name}`])}`,
    );
    if (row['volume'] !== row['sum']) {
      differences.unshift(`its volume is ${row['volume']} and the sum of the sizes ${row['sum']}`);
    }
    message = `the ${bar} disagrees with its ${row['trades']} trades: ${differences.join(', ')}`;
  }
  const values = (prefix: '' | 'of_', volume: string): Record<string, unknown> => ({
    volume: row[volume],
    ...Object.fromEntries(PRICES.map((name) => [name, row[`${prefix}${name}`]])),
  });
  return {
    instrumentId: Number(row['instrument_id']),
    start,
    end: start + length - 1n,
    message,
    details: {
      bars: schema,
      publisher_id: Number(row['publisher_id']),
      bar: row['volume'] === null ? null : values('', 'volume'),
      trades:
        row['sum'] === null ? null : { count: Number(row['trades']), ...values('of_', 'sum') },
    },
  };
}
