/** Bars of trades on each kind of database, against the same bars made here. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeCopyRows, formatTimestamp } from '@tapeline/records';
import type { ColumnarBatch } from '@tapeline/records';
import { testDatabase } from '@tapeline/testing';
import { refreshDerived } from '../maintenance/refresh-derived.js';
import { migrate } from '../schema/migrate.js';
import { Storage } from '../storage.js';
import { DATASET, DAY, DAY_START, trades } from '../test-batches.js';
import { createStore, TIMESCALE_ENGINES } from '../test-timescale.js';
import type { TestTimescale } from '../test-timescale.js';
import { copyRows } from '../write/copy-rows.js';
import { applyPolicies } from './apply-policies.js';
import { dropTradeBars, ensureTradeBars, TRADE_BARS } from './trade-bars.js';

const SECOND = 1_000_000_000n;
const NO_PRICE = 2n ** 63n - 1n;
const WIDTHS: Readonly<Record<string, bigint>> = {
  trade_bars_1m: 60n * SECOND,
  trade_bars_5m: 300n * SECOND,
  trade_bars_1h: 3_600n * SECOND,
  trade_bars_1d: DAY,
};

/** Trades of three instruments, of which many share a nanosecond, some have no price, and none is in order. */
function shuffled(length: number, start: bigint, seed: number): ColumnarBatch {
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const batch = trades(length, start);
  for (let row = 0; row < length; row++) {
    batch.column('ts_recv')[row] = start + BigInt(random(7_200)) * SECOND + BigInt(random(3));
    batch.column('instrument_id')[row] = 1 + random(3);
    batch.column('price')[row] = random(10) === 0 ? NO_PRICE : BigInt(random(1_000) - 500);
    batch.column('size')[row] = random(5);
  }
  return batch;
}

interface Trade {
  readonly at: bigint;
  readonly ordinal: number;
  readonly id: number;
  readonly price: bigint;
  readonly size: number;
}

const tradesOf = (batch: ColumnarBatch): Trade[] =>
  Array.from({ length: batch.length }, (_, row) => ({
    at: batch.column('ts_recv')[row] as bigint,
    ordinal: Number(batch.column('ordinal')[row]),
    id: Number(batch.column('instrument_id')[row]),
    price: batch.column('price')[row] as bigint,
    size: Number(batch.column('size')[row]),
  }));

/** `1 2024-07-01T00:00:00Z open high low close volume trades`, of each bar. */
function expectedBars(all: readonly Trade[], width: bigint): string[] {
  const bars = new Map<string, Trade[]>();
  for (const trade of all.toSorted((a, b) =>
    a.at === b.at ? a.ordinal - b.ordinal : a.at < b.at ? -1 : 1,
  )) {
    const start = formatTimestamp((trade.at / width) * width).slice(0, 19);
    const key = `${trade.id} ${start}Z`;
    bars.set(key, [...(bars.get(key) ?? []), trade]);
  }
  const lines = [...bars].map(([key, own]) => {
    const prices = own.flatMap(({ price }) => (price === NO_PRICE ? [] : [price]));
    const [low, high] = [
      prices.reduce((a, b) => (b < a ? b : a), prices[0]!),
      prices.reduce((a, b) => (b > a ? b : a), prices[0]!),
    ];
    const volume = own.reduce((sum, { size }) => sum + size, 0);
    return [
      key,
      ...[prices[0], high, low, prices.at(-1)].map((price) => price ?? '-'),
      volume,
      own.length,
    ].join(' ');
  });
  return lines.toSorted();
}

async function openNative(): Promise<TestTimescale> {
  const database = await testDatabase();
  await migrate(database.url);
  const storage = Storage.open({ url: database.url, connections: 2 });
  await storage.datasetId(DATASET);
  const client = await storage.pool.connect();
  return {
    client: client as unknown as TestTimescale['client'],
    copy: async (batch) => {
      await (await storage.partitions()).ensure(batch);
      await copyRows(client, batch.schema, [
        { encoded: encodeCopyRows(batch, 1), length: batch.length },
      ]);
    },
    close: async () => {
      client.release();
      await storage.close();
      await database.drop();
    },
  };
}

describe.each([...TIMESCALE_ENGINES, ['left out: plain PostgreSQL', openNative] as const])(
  'TimescaleDB %s',
  (_, open) => {
    const isNative = open === openNative;
    let db: TestTimescale;
    let client: TestTimescale['client'];
    let all: Trade[] = [];

    beforeAll(async () => {
      db = await open();
      client = db.client;
      if (!isNative) await createStore(client, DATASET);
      await ensureTradeBars(client);
    });
    afterAll(() => db?.close());

    async function store(batch: ColumnarBatch): Promise<void> {
      await db.copy(batch);
      all = [...all, ...tradesOf(batch)];
    }

    async function barsOf(name: string): Promise<string[]> {
      const { rows } = await client.query<{ line: string }>(
        `SELECT concat_ws(' ', instrument_id, to_char(bar_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                        coalesce(first[4]::text, '-'), coalesce(high::text, '-'), coalesce(low::text, '-'),
                        coalesce(last[4]::text, '-'), volume, trades) AS line FROM ${name}`,
      );
      return rows.map(({ line }) => line).toSorted();
    }

    /** The bars of each width: those of the database, and those that they should be. */
    async function bars() {
      const held: Record<string, string[]> = {};
      const exact: Record<string, string[]> = {};
      for (const { name } of TRADE_BARS) {
        held[name] = await barsOf(name);
        exact[name] = expectedBars(all, WIDTHS[name]!);
      }
      return { held, exact };
    }

    it('makes exact bars of what has come, before anything is materialized', async () => {
      await store(shuffled(3_000, DAY_START, 1));
      await store(shuffled(3_000, DAY_START + DAY, 2));
      const { held, exact } = await bars();
      expect(held).toEqual(exact);
    });

    it('brings bars up to date where trades are late, are backfilled, or go', async () => {
      await refreshDerived(client);
      const fresh = await bars();
      expect(fresh.held).toEqual(fresh.exact);
      await store(shuffled(500, DAY_START + 600n * SECOND, 3));
      await store(shuffled(500, DAY_START - 1_000n * DAY, 4));
      await store(shuffled(500, DAY_START + 30n * DAY, 5));
      await client.query(
        "DELETE FROM trades WHERE instrument_id = 2 AND ts_recv < '2024-07-01T01:00:00Z'",
      );
      all = all.filter(({ id, at }) => id !== 2 || at >= DAY_START + 3_600n * SECOND);
      await runPolicies();
      const { held, exact } = await bars();
      expect(held).toEqual(exact);
    });

    /** As the background worker does, of which the build in WebAssembly has none. */
    async function runPolicies(): Promise<void> {
      await applyPolicies(client, { compressAfterDays: 0 });
      await applyPolicies(client, { compressAfterDays: 0 });
      if (isNative) return;
      const { rows } = await client.query<{ id: number }>(
        `SELECT job_id AS id FROM timescaledb_information.jobs
        WHERE proc_name = 'policy_refresh_continuous_aggregate' ORDER BY job_id`,
      );
      expect(rows).toHaveLength(TRADE_BARS.length);
      for (const { id } of rows) await client.query(`CALL run_job(${id})`);
    }

    it('shows them to people, with exact prices and the symbol of the day', async () => {
      await client.query(
        "INSERT INTO symbology VALUES ($1, 'raw_symbol', 'ESU4', 1, '2024-07-01', '2024-07-02')",
        [DATASET],
      );
      const { rows } = await client.query<Record<string, unknown>>(
        `SELECT dataset, symbol, open::text, close::text, volume::int, trades::int FROM trade_bars_1d_view
        WHERE instrument_id = 1 AND bar_start >= '2024-07-01T00:00Z' ORDER BY bar_start LIMIT 2`,
      );
      const own = all.filter(({ id, at }) => id === 1 && at >= DAY_START);
      const [[first, second], symbols] = [expectedBars(own, DAY), ['ESU4', null]];
      expect(rows).toEqual(
        [first!, second!].map((line, day) => {
          const [, , open, , , close, volume, count] = line.split(' ');
          const decimal = (price: string): string => decimalOf(BigInt(price));
          return {
            dataset: DATASET,
            symbol: symbols[day],
            open: decimal(open!),
            close: decimal(close!),
            volume: Number(volume),
            trades: Number(count),
          };
        }),
      );
    });

    it('leaves bars alone that are as they should be, and makes them anew when they are gone', async () => {
      const oids = async () =>
        (
          await client.query(
            "SELECT string_agg(oid::text, ' ' ORDER BY relname) AS oids FROM pg_class WHERE relname ~ '^trade_bars_1[mhd]'",
          )
        ).rows;
      const before = await oids();
      await ensureTradeBars(client);
      expect(await oids()).toEqual(before);
      await dropTradeBars(client);
      await ensureTradeBars(client);
      expect(await oids()).not.toEqual(before);
      const { held, exact } = await bars();
      expect(held).toEqual(exact);
    });

    if (isNative) return;

    it('makes plain views on the Apache edition, and continuous aggregates in their place later', async () => {
      const apache = {
        query: async (text: string, values?: unknown[]) => {
          const result = await client.query(text, values);
          return text.includes('timescaledb.license')
            ? { rows: [{ ...result.rows[0], license: 'apache' }] }
            : result;
        },
      } as unknown as TestTimescale['client'];
      const continuous = async () =>
        (
          await client.query(
            'SELECT count(*)::int AS count FROM timescaledb_information.continuous_aggregates',
          )
        ).rows[0];
      await dropTradeBars(client);
      await ensureTradeBars(apache);
      expect(await continuous()).toEqual({ count: 0 });
      const plain = await bars();
      expect(plain.held).toEqual(plain.exact);
      await ensureTradeBars(client);
      expect(await continuous()).toEqual({ count: 4 });
      await ensureTradeBars(apache);
      expect(await continuous()).toEqual({ count: 4 });
      const { held, exact } = await bars();
      expect(held).toEqual(exact);
    });
  },
);

/** `-0.00000012` of -120. */
function decimalOf(price: bigint): string {
  const digits = (price < 0n ? -price : price).toString().padStart(10, '0');
  const text = `${digits.slice(0, -9)}.${digits.slice(-9)}`.replace(/\.?0+$/, '');
  return price < 0n ? `-${text}` : text;
}
