/**
 * Bars of trades by index timestamp: of one, five and sixty minutes, and of a UTC day. With TimescaleDB's community
 * edition they are continuous aggregates, each made from the one before; elsewhere plain views of the same columns.
 */
import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import { symbolOn } from '../schema/people-views.js';
import { describeEngine } from './describe-engine.js';

export interface TradeBars {
  readonly name: string;
  /** How long a bar is, as an SQL interval. */
  readonly width: string;
  /**
   * How many are made in one transaction: two weeks of minutes, more time of wider ones. TimescaleDB's own ten
   * would be minutes of work for a backfill that lies years back.
   */
  readonly batch: number;
}

export const TRADE_BARS: readonly TradeBars[] = [
  { name: 'trade_bars_1m', width: '1 minute', batch: 20_160 },
  { name: 'trade_bars_5m', width: '5 minutes', batch: 20_160 },
  { name: 'trade_bars_1h', width: '1 hour', batch: 8_760 },
  { name: 'trade_bars_1d', width: '1 day', batch: 3_650 },
];

/**
 * A trade's place in time, then its price. `first()` and `last()` take one sort key only, and many trades share a
 * nanosecond; the least and the greatest of these arrays are exact, and remain so when they are aggregated again.
 */
const PLACED_PRICE = `ARRAY[(extract(epoch FROM ts_recv - '1970-01-01Z'::timestamptz) * 1000000)::bigint,
  ts_recv_ns, ordinal, price]`;

const FROM_TRADES = `min(${PLACED_PRICE}) FILTER (WHERE price IS NOT NULL) AS first, max(price) AS high,
  min(price) AS low, max(${PLACED_PRICE}) FILTER (WHERE price IS NOT NULL) AS last,
  sum(size) AS volume, count(*) AS trades FROM trades GROUP BY 1, 2, 3`;

const fromBars = (finer: string): string =>
  `min(first) AS first, max(high) AS high, min(low) AS low, max(last) AS last,
   sum(volume) AS volume, sum(trades)::bigint AS trades FROM ${finer} GROUP BY 1, 2, 3`;

/**
 * Makes the bars and their views for people, or leaves them alone if they are as they should be. They are derived
 * from trades, so they belong to no migration; made anew they are filled by their policy.
 * @param client one connection, since all is done in one transaction.
 * @throws the database's error 2BP01 if others are to take their place and something was built upon them.
 */
export async function ensureTradeBars(client: ClientBase): Promise<void> {
  const { kind, edition } = await describeEngine(client);
  const isContinuous = kind === 'timescaledb' && edition === 'community';
  const wanted = TRADE_BARS.flatMap((bars, index) => [
    isContinuous ? continuousBars(bars, TRADE_BARS[index - 1]) : plainBars(bars),
    peopleBars(bars),
  ]);
  const held = await readHeld(client);
  if (held.length === wanted.length && wanted.every(({ mark }, n) => held[n]!.mark === mark))
    return;
  // An edition that cannot make them still reads those that are there.
  if (!isContinuous && held.some((bars) => bars.isContinuous)) return;
  await client.query('BEGIN');
  try {
    await dropTradeBars(client);
    for (const { name, create, mark } of wanted) {
      await client.query(create);
      await client.query(`COMMENT ON VIEW ${name} IS '${mark}'`);
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

/** Takes the bars away, with what is materialized of them; not what others built upon them. */
export async function dropTradeBars(client: ClientBase): Promise<void> {
  for (const { name, isContinuous } of (await readHeld(client)).toReversed()) {
    await client.query(`DROP ${isContinuous ? 'MATERIALIZED VIEW' : 'VIEW'} ${name}`);
  }
}

interface HeldBars {
  readonly name: string;
  readonly mark: string | null;
  readonly isContinuous: boolean;
}

/** What is there of the bars and their views, in the order in which they were made. */
async function readHeld(client: ClientBase): Promise<HeldBars[]> {
  const names = TRADE_BARS.flatMap(({ name }) => [name, `${name}_view`]);
  const { rows: catalogue } = await client.query<{ found: boolean }>(
    "SELECT to_regclass('timescaledb_information.continuous_aggregates') IS NOT NULL AS found",
  );
  const isContinuous = catalogue[0]!.found
    ? `EXISTS (SELECT FROM timescaledb_information.continuous_aggregates a
                WHERE a.view_schema = 'public' AND a.view_name = n.name)`
    : 'false';
  const { rows } = await client.query<HeldBars>(
    `SELECT n.name, obj_description(to_regclass(n.name)) AS mark, ${isContinuous} AS "isContinuous"
       FROM unnest($1::text[]) WITH ORDINALITY AS n (name, position)
      WHERE to_regclass(n.name) IS NOT NULL ORDER BY n.position`,
    [names],
  );
  return rows;
}

interface Definition {
  readonly name: string;
  readonly create: string;
  /** Its comment, from which a later version sees whether it is made the same way. */
  readonly mark: string;
}

function define(name: string, create: string): Definition {
  const hash = createHash('sha256').update(create).digest('hex').slice(0, 12);
  return { name, create, mark: `made by tapeline from ${hash}` };
}

/** @param finer the bars from which these are made; undefined for those made from trades. */
function continuousBars({ name, width }: TradeBars, finer: TradeBars | undefined): Definition {
  const time = finer ? 'bar_start' : 'ts_recv';
  return define(
    name,
    // What is not materialized yet is computed by the query.
    `CREATE MATERIALIZED VIEW ${name} WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
     SELECT dataset_id, instrument_id, time_bucket('${width}', ${time}) AS bar_start,
            ${finer ? fromBars(finer.name) : FROM_TRADES} WITH NO DATA`,
  );
}

function plainBars({ name, width }: TradeBars): Definition {
  return define(
    name,
    `CREATE VIEW ${name} AS
     SELECT dataset_id, instrument_id, date_bin('${width}', ts_recv, '2000-01-01Z') AS bar_start, ${FROM_TRADES}`,
  );
}

function peopleBars({ name }: TradeBars): Definition {
  const price = (value: string, as: string): string =>
    `trim_scale(${value} * 0.000000001) AS ${as}`;
  const columns = [
    'd.code AS dataset',
    'b.bar_start',
    'b.instrument_id',
    price('b.first[4]', 'open'),
    price('b.high', 'high'),
    price('b.low', 'low'),
    price('b.last[4]', 'close'),
    'b.volume',
    'b.trades',
    `${symbolOn('b', 'bar_start')} AS symbol`,
  ];
  return define(
    `${name}_view`,
    `CREATE VIEW ${name}_view AS SELECT ${columns.join(', ')} FROM ${name} b JOIN dataset d ON d.id = b.dataset_id`,
  );
}
