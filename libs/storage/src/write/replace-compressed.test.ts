/** Replacement in compressed chunks of TimescaleDB itself. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChunkRequest } from '@tapeline/contracts';
import type { ColumnarBatch } from '@tapeline/records';
import { DATASET, DAY, DAY_START, trades } from '../test-batches.js';
import { createStore, TIMESCALE_ENGINES } from '../test-timescale.js';
import type { TestTimescale } from '../test-timescale.js';
import { applyPolicies } from '../timescale/apply-policies.js';
import { EVERY_INSTRUMENT } from '../planning/index.js';
import { deleteHeld, readClaims } from './delete-held.js';
import { replaceHeld } from './replace-held.js';
import { createStaging, stagingTable } from './staging.js';

/** Trades of two instruments in turn, a second apart, whose price says where they came from. */
function priced(length: number, start: bigint, price: bigint): ColumnarBatch {
  const batch = trades(length, start);
  for (let row = 0; row < length; row++) {
    batch.column('instrument_id')[row] = 1 + (row % 2);
    batch.column('price')[row] = price;
  }
  return batch;
}

describe.each(TIMESCALE_ENGINES)('TimescaleDB %s', (_, open) => {
  let db: TestTimescale;
  let client: TestTimescale['client'];

  beforeAll(async () => {
    db = await open();
    client = db.client;
    await createStore(client, DATASET);
    await applyPolicies(client, { compressAfterDays: 36_500 });
  });
  afterAll(() => db?.close());

  async function claim(chunkId: string, ids: readonly number[], start: bigint, end: bigint) {
    for (const id of ids) {
      await client.query(
        `INSERT INTO coverage (dataset, schema, instrument_id, start_ns, end_ns, chunk_id)
       VALUES ($1, 'trades', $2, $3, $4, $5)`,
        [DATASET, id, start, end, chunkId],
      );
    }
  }

  it('deletes from compressed chunks what is replaced, and nothing beside it', async () => {
    await db.copy(priced(1000, DAY_START, 1n));
    await db.copy(priced(1000, DAY_START + DAY, 1n));
    await client.query(
      `INSERT INTO chunk (chunk_id, dataset, schema, request, start_ns, end_ns, state)
     VALUES ('old', $1, 'trades', '{}', $2, $3, 'complete')`,
      [DATASET, DAY_START, DAY_START + 2n * DAY],
    );
    await claim('old', [1, 2], DAY_START, DAY_START + 2n * DAY);
    const compressed = await client.query("SELECT compress_chunk(c) FROM show_chunks('trades') c");
    expect(compressed.rows).toHaveLength(2);

    // From the 100th second of the first day on, of instrument 1 alone.
    const start = DAY_START + 100_000_000_000n;
    const end = DAY_START + DAY;
    await claim('new', [1], start, end);
    await createStaging(client, 'new', 'trades');
    await db.copy(
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
    await client.query('BEGIN');
    expect(await replaceHeld(client, 'new', request, 150)).toBe(450);
    await client.query('COMMIT');

    const { rows } = await client.query(
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

  it('deletes from compressed chunks what a claim of all instruments held alone', async () => {
    await client.query('TRUNCATE coverage; TRUNCATE trades');
    await db.copy(priced(1000, DAY_START, 1n));
    await claim('all', [EVERY_INSTRUMENT], DAY_START, DAY_START + DAY);
    await claim('one', [1], DAY_START, DAY_START + 100_000_000_000n);
    await client.query("SELECT compress_chunk(c) FROM show_chunks('trades') c");
    const claims = await readClaims(client, 'all');
    const request = { dataset: DATASET, schema: 'trades' };
    // Instrument 1 trades every other second, 50 times while another chunk holds it.
    expect(await deleteHeld(client, request, claims, 1000, 'all')).toBe(950);
    const { rows } = await client.query('SELECT DISTINCT instrument_id::int AS id FROM trades');
    expect(rows).toEqual([{ id: 1 }]);
  });
});
