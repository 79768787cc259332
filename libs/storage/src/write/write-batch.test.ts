import { describe, expect, it } from '@jest/globals';
import { ColumnarBatch, SCHEMAS, UNDEF_TIMESTAMP } from '@tapeline/records';
import type { TestDatabase } from '@tapeline/testing';
import { isUnavailable } from '../is-unavailable.js';
import { Storage } from '../storage.js';
import { DAY, DAY_START, headerOf, openProxy, trades } from '../test-batches.js';
import { writeBatch } from './write-batch.js';
import { eachWithStorage } from '../test-storage.js';

let database: TestDatabase;
let storage: Storage;

eachWithStorage(4, (opened, own) => {
  storage = opened;
  database = own;
});

/** Rows of trades, and of the ledger. */
async function counts(): Promise<{ trades: number; ledger: number }> {
  const { rows } = await storage.pool.query<{ trades: number; ledger: number }>(
    'SELECT (SELECT count(*)::int FROM trades) AS trades, (SELECT count(*)::int FROM ledger) AS ledger',
  );
  return rows[0]!;
}

it('writes the rows and what became of the batch', async () => {
  const batch = trades(3);
  expect(
    await writeBatch(storage, headerOf(batch, 'c', 0, { filtered: 1, quarantined: 2 }), batch),
  ).toBe('written');
  const { rows } = await storage.pool.query(
    `SELECT batch_id, part, chunk_id, job_id, fetched, stored, quarantined, filtered, first_ns, last_ns
       FROM ledger`,
  );
  expect(rows).toEqual([
    {
      batch_id: 'c.0',
      part: 'stored',
      chunk_id: 'c',
      job_id: 'job',
      fetched: 6,
      stored: 3,
      quarantined: 0,
      filtered: 1,
      first_ns: String(DAY_START),
      last_ns: String(DAY_START + 2_000_000_000n),
    },
  ]);
});

it('writes a batch once, however often it comes', async () => {
  const batch = trades(3);
  const header = headerOf(batch, 'c');
  expect(await writeBatch(storage, header, batch)).toBe('written');
  expect(await writeBatch(storage, { ...header, job_id: 'another' }, batch)).toBe('duplicate');
  expect(await counts()).toEqual({ trades: 3, ledger: 1 });
});

it('writes a batch once when several writers have it at once', async () => {
  const batch = trades(100);
  const outcomes = await Promise.all(
    Array.from({ length: 4 }, () => writeBatch(storage, headerOf(batch, 'c'), batch)),
  );
  expect(outcomes.toSorted()).toEqual(['duplicate', 'duplicate', 'duplicate', 'written']);
  expect(await counts()).toEqual({ trades: 100, ledger: 1 });
});

it('keeps two identical records of one batch', async () => {
  const batch = trades(1).take(Uint32Array.of(0, 0));
  await writeBatch(storage, headerOf(batch, 'c'), batch);
  expect(await counts()).toEqual({ trades: 2, ledger: 1 });
});

it('writes only the ledger for a batch of which nothing was accepted', async () => {
  const empty = trades(0);
  const header = headerOf(empty, 'c', 0, { filtered: 2, quarantined: 1 });
  expect(await writeBatch(storage, header, empty)).toBe('written');
  expect(await writeBatch(storage, header, empty)).toBe('duplicate');
  expect(await counts()).toEqual({ trades: 0, ledger: 1 });
});

describe('a batch that comes again with something else', () => {
  it('is refused if its records are others', async () => {
    const batch = trades(3);
    await writeBatch(storage, headerOf(batch, 'c'), batch);
    await expect(
      writeBatch(storage, headerOf(batch, 'c', 0, { sha256: 'b'.repeat(64) }), batch),
    ).rejects.toMatchObject({ code: 'batch_conflict', message: expect.stringContaining('source') });
    const longer = trades(4);
    await expect(writeBatch(storage, headerOf(longer, 'c'), longer)).rejects.toMatchObject({
      code: 'batch_conflict',
    });
    expect(await counts()).toEqual({ trades: 3, ledger: 1 });
  });

  it('is refused if it was begun under rules with other outcomes', async () => {
    const batch = trades(3);
    await writeBatch(storage, headerOf(batch, 'c', 0, { quarantined: 1 }), batch);
    const fewer = trades(2);
    await expect(
      writeBatch(storage, headerOf(fewer, 'c', 0, { quarantined: 2 }), fewer),
    ).rejects.toMatchObject({ code: 'batch_conflict', message: expect.stringContaining('rules') });
    expect(await counts()).toEqual({ trades: 3, ledger: 1 });
  });

  it('stays as it is if all of it is accounted for already', async () => {
    const batch = trades(3);
    await writeBatch(storage, headerOf(batch, 'c'), batch);
    const fewer = trades(2);
    expect(await writeBatch(storage, headerOf(fewer, 'c', 0, { quarantined: 1 }), fewer)).toBe(
      'duplicate',
    );
    expect(await counts()).toEqual({ trades: 3, ledger: 1 });
  });
});

describe('a batch that does not suit its header', () => {
  it.each([
    ['counts', { fetched: 5 }, '3 accepted + 0 quarantined + 0 filtered are not the 5 fetched'],
    ['schema', { schema: 'tbbo' }, 'holds trades, its header says tbbo'],
  ] as const)('is refused for its %s', async (_, changes, message) => {
    const batch = trades(3);
    const header = headerOf(batch, 'c', 0, changes);
    await expect(writeBatch(storage, header, batch)).rejects.toMatchObject({
      code: 'batch_mismatch',
      message: expect.stringContaining(message),
    });
    expect(await counts()).toEqual({ trades: 0, ledger: 0 });
  });

  it('is refused if a record has no time to be found by', async () => {
    const batch = trades(2);
    batch.indexTimestamps()[1] = UNDEF_TIMESTAMP;
    await expect(writeBatch(storage, headerOf(batch, 'c'), batch)).rejects.toThrow(
      'accepted record 1 has no ts_recv',
    );
  });
});

describe('a connection that breaks', () => {
  const contains = (text: string) => (data: Buffer) => data.includes(text, 0, 'latin1');
  const places = [
    ['before the transaction', contains('BEGIN'), 'before'],
    ['before the claim', contains('INSERT INTO ledger'), 'before'],
    ['after the claim', contains('INSERT INTO ledger'), 'after'],
    ['before the rows', contains('COPY "trades"'), 'before'],
    ['within the rows', contains('PGCOPY'), 'within'],
    ['after the rows', contains('PGCOPY'), 'after'],
    ['between rows and commit', contains('COMMIT'), 'before'],
  ] as const;

  it.each(places)('%s leaves nothing, and the next try writes', async (_, isPlace, cut) => {
    await using proxy = await openProxy(database.url);
    const cutOff = Storage.open({ url: proxy.url, connections: 1 });
    let cuts = 0;
    proxy.decide = (data) => (isPlace(data) && cuts++ === 0 ? cut : 'forward');
    const batch = trades(500);
    const error: unknown = await writeBatch(cutOff, headerOf(batch, 'c'), batch).catch((e) => e);
    expect(cuts).toBe(1);
    expect(isUnavailable(error)).toBe(true);
    expect(await counts()).toEqual({ trades: 0, ledger: 0 });

    expect(await writeBatch(cutOff, headerOf(batch, 'c'), batch)).toBe('written');
    expect(await counts()).toEqual({ trades: 500, ledger: 1 });
    await cutOff.close();
  });

  it('after the commit leaves everything, and the next try finds it', async () => {
    await using proxy = await openProxy(database.url);
    const cutOff = Storage.open({ url: proxy.url, connections: 1 });
    let cuts = 0;
    proxy.decide = (data) => (contains('COMMIT')(data) && cuts++ === 0 ? 'after' : 'forward');
    const batch = trades(500);
    const error: unknown = await writeBatch(cutOff, headerOf(batch, 'c'), batch).catch((e) => e);
    expect(isUnavailable(error)).toBe(true);
    expect(await writeBatch(cutOff, headerOf(batch, 'c'), batch)).toBe('duplicate');
    expect(await counts()).toEqual({ trades: 500, ledger: 1 });
    await cutOff.close();
  });

  it('because the server ended the session leaves nothing', async () => {
    const batch = trades(5);
    await storage.transaction(async (holder) => {
      await holder.query('LOCK TABLE ledger IN ACCESS EXCLUSIVE MODE');
      const write = writeBatch(storage, headerOf(batch, 'c'), batch).catch((e: unknown) => e);
      // The session that waits for the lock is the writer's.
      const endWaiting = () =>
        storage.pool.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
      while ((await endWaiting()).rowCount === 0);
      expect(isUnavailable(await write)).toBe(true);
    });
    expect(await counts()).toEqual({ trades: 0, ledger: 0 });
    expect(await writeBatch(storage, headerOf(batch, 'c'), batch)).toBe('written');
  });
});

describe('partitions', () => {
  it('are made by several writers at once, each with connections of its own', async () => {
    const writers = Array.from({ length: 4 }, () =>
      Storage.open({ url: database.url, connections: 2 }),
    );
    // Each batch has one record on each of five days.
    const spread = trades(5);
    spread.indexTimestamps().forEach((_, row, times) => {
      times[row] = DAY_START + BigInt(row) * DAY;
    });
    await Promise.all(
      writers.flatMap((writer, index) =>
        [0, 1, 2].map((sequence) =>
          writeBatch(writer, headerOf(spread, `c${index}`, sequence), spread),
        ),
      ),
    );
    expect(await counts()).toEqual({ trades: 60, ledger: 12 });
    const { rows } = await storage.pool.query<{ name: string }>(
      `SELECT inhrelid::regclass::text AS name FROM pg_inherits
        WHERE inhparent = 'trades'::regclass ORDER BY 1`,
    );
    expect(rows.map((row) => row.name)).toEqual([
      'trades_p20240701',
      'trades_p20240702',
      'trades_p20240703',
      'trades_p20240704',
      'trades_p20240705',
    ]);
    await Promise.all(writers.map((writer) => writer.close()));
  });

  it('are made again when one that was known has been dropped', async () => {
    const batch = trades(10_000);
    await writeBatch(storage, headerOf(batch, 'c', 0), batch);
    await storage.pool.query('DROP TABLE trades_p20240701');
    await expect(writeBatch(storage, headerOf(batch, 'c', 1), batch)).rejects.toMatchObject({
      code: '23514',
    });
    expect(await writeBatch(storage, headerOf(batch, 'c', 1), batch)).toBe('written');
    expect(await counts()).toEqual({ trades: 10_000, ledger: 2 });
  });

  it('hold a month or a year where the schema says so', async () => {
    for (const name of ['ohlcv-1m', 'ohlcv-1d'] as const) {
      const batch = ColumnarBatch.allocate(SCHEMAS[name], 2);
      batch.indexTimestamps().set([DAY_START - 1n, DAY_START]);
      await writeBatch(storage, headerOf(batch, name), batch);
    }
    const { rows } = await storage.pool.query(
      `SELECT c.relname AS name, pg_get_expr(c.relpartbound, c.oid) AS bounds
         FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid JOIN pg_class p ON p.oid = inhparent
        WHERE p.relname LIKE 'ohlcv%' AND p.relkind = 'p' ORDER BY 1`,
    );
    expect(rows).toEqual([
      {
        name: 'ohlcv_1d_p2024',
        bounds: "FOR VALUES FROM ('2024-01-01 00:00:00+00') TO ('2025-01-01 00:00:00+00')",
      },
      {
        name: 'ohlcv_1m_p202406',
        bounds: "FOR VALUES FROM ('2024-06-01 00:00:00+00') TO ('2024-07-01 00:00:00+00')",
      },
      {
        name: 'ohlcv_1m_p202407',
        bounds: "FOR VALUES FROM ('2024-07-01 00:00:00+00') TO ('2024-08-01 00:00:00+00')",
      },
    ]);
  });
});

it('gives each dataset one number, and uses up none for those it knows', async () => {
  const again = Storage.open({ url: database.url, connections: 1 });
  const first = await Promise.all([storage.datasetId('A.B'), again.datasetId('A.B')]);
  expect(new Set(first).size).toBe(1);
  for (let i = 0; i < 3; i++) {
    const restarted = Storage.open({ url: database.url, connections: 1 });
    expect(await restarted.datasetId('A.B')).toBe(first[0]);
    await restarted.close();
  }
  expect(await again.datasetId('C.D')).toBeLessThanOrEqual(first[0] + 2);
  await again.close();
});
