/**
 * The writer's work against its peer: Arrow batches in, committed rows out, and `psql \copy … BINARY` of the same
 * rows into the same kind of table, one after the other in each round.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { batchId, CONSUMERS, sha256 } from '@tapeline/contracts';
import type { BatchHeader } from '@tapeline/contracts';
import { startPostgres } from '@tapeline/embedded';
import type { PostgresServer } from '@tapeline/embedded';
import { ColumnarBatch, decodeArrow, encodeArrow, SCHEMAS } from '@tapeline/records';
import { BatchWriter, migrate, Storage, writeBatch } from '@tapeline/storage';
import { fillTrades } from '../dbn/fill-trades.js';
import { median } from '../median.js';
import { psql } from '../psql.js';
import { compressedSize } from './compressed-size.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const BATCH = 10_000;
/** Batches of which the compressed size is told. */
const COMPRESSED_BATCHES = 30;

export interface StoreResult {
  readonly rows: number;
  readonly rounds: number;
  readonly one_connection_rows_per_s: number;
  readonly two_connections_rows_per_s: number;
  readonly psql_rows_per_s: number;
  readonly ratio_one_connection: number;
  readonly ratio_two_connections: number;
  /** In PostgreSQL, with its index. */
  readonly bytes_per_row: number;
  /** In TimescaleDB's row store and columnstore. */
  readonly timescale_bytes_per_row: number;
  readonly compressed_bytes_per_row: number;
}

/** A message as the validator publishes it. */
interface Message {
  readonly header: BatchHeader;
  readonly payload: Uint8Array;
}

interface Round {
  readonly one: number;
  readonly two: number;
  readonly peer: number;
  readonly bytesPerRow: number;
}

/** Stores `records` trades a round in each of the three ways; rates are rows a second. */
export async function benchStore(rounds: number, records: number): Promise<StoreResult> {
  const folder = join(root, '.tapeline', 'bench-store');
  rmSync(folder, { recursive: true, force: true });
  const server = await startPostgres({ dataDir: join(folder, 'postgres') });
  const messages = makeMessages(records);
  const rows = messages.reduce((sum, { header }) => sum + header.fetched, 0);
  try {
    const results: Round[] = [];
    // The first round warms code and server up.
    for (let round = 0; round <= rounds; round++) {
      const result = await runRound(server, folder, messages, rows, round);
      if (round === 0) continue;
      results.push(result);
      const shown = [result.one, result.two, result.peer].map((rate) => Math.round(rate));
      process.stderr.write(
        `round ${round}: one connection ${shown[0]}, two ${shown[1]}, psql ${shown[2]} rows/s\n`,
      );
    }
    const sample = messages.slice(0, COMPRESSED_BATCHES);
    const sizes = await compressedSize(sample.map(({ payload }) => decodeArrow(payload).batch));
    const middle = (pick: (round: Round) => number): number => median(results.map(pick));
    return {
      rows,
      rounds,
      one_connection_rows_per_s: Math.round(middle(({ one }) => one)),
      two_connections_rows_per_s: Math.round(middle(({ two }) => two)),
      psql_rows_per_s: Math.round(middle(({ peer }) => peer)),
      ratio_one_connection: Number(middle(({ one, peer }) => one / peer).toFixed(3)),
      ratio_two_connections: Number(middle(({ two, peer }) => two / peer).toFixed(3)),
      bytes_per_row: Number(middle(({ bytesPerRow }) => bytesPerRow).toFixed(1)),
      timescale_bytes_per_row: Number(sizes.rowStore.toFixed(1)),
      compressed_bytes_per_row: Number(sizes.columnStore.toFixed(1)),
    };
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function makeMessages(records: number): Message[] {
  const fill = fillTrades();
  return Array.from({ length: Math.ceil(records / BATCH) }, (_, sequence) => {
    const length = Math.min(BATCH, records - sequence * BATCH);
    const batch = ColumnarBatch.allocate(SCHEMAS.trades, length);
    fill(batch);
    const ordinals = batch.column('ordinal');
    for (let row = 0; row < length; row++) ordinals[row] = sequence * BATCH + row;
    const payload = encodeArrow(batch);
    const header: BatchHeader = {
      job_id: 'bench',
      attempt: 1,
      chunk_id: 'bench',
      batch_id: batchId('bench', sequence),
      dataset: 'GLBX.MDP3',
      schema: 'trades',
      dbn_version: 3,
      ts_out: false,
      first_ordinal: sequence * BATCH,
      fetched: length,
      filtered: 0,
      quarantined: 0,
      sha256: sha256(payload),
      rules_version: 'bench',
      part: 'stored',
    };
    return { header, payload };
  });
}

async function runRound(
  server: PostgresServer,
  folder: string,
  messages: readonly Message[],
  rows: number,
  round: number,
): Promise<Round> {
  const rates: number[] = [];
  const file = join(folder, 'peer.copy');
  let bytesPerRow = 0;
  for (const connections of [1, 2]) {
    const name = `bench_${round}_${connections}`;
    const url = await server.createDatabase(name);
    await migrate(url);
    rates.push(rows / (await storeAll(url, messages, connections)));
    if (connections === 2) {
      const out = `SELECT * FROM trades ORDER BY ordinal`;
      await psql(url, [`\\copy (${out}) TO '${file}' BINARY`]);
      bytesPerRow = await sizeOf(url, rows);
    }
    await server.dropDatabase(name);
  }
  const name = `bench_${round}_peer`;
  const url = await server.createDatabase(name);
  await migrate(url);
  await copyOne(url, messages[0]!);
  const started = performance.now();
  await psql(url, [`\\copy trades FROM '${file}' BINARY`]);
  const peer = rows / seconds(started);
  await expectRows(url, rows);
  await server.dropDatabase(name);
  return { one: rates[0]!, two: rates[1]!, peer, bytesPerRow };
}

const seconds = (started: number): number => (performance.now() - started) / 1000;

/** Stores all messages over so many connections; @returns seconds. */
async function storeAll(
  url: string,
  messages: readonly Message[],
  connections: number,
): Promise<number> {
  const storage = Storage.open({ url, connections });
  try {
    await storage.datasetId('GLBX.MDP3');
    const waiting = messages.values();
    const started = performance.now();
    const writer = new BatchWriter(storage, { transactions: connections });
    const work = async (): Promise<void> => {
      for (const { header, payload } of waiting) {
        await writer.write(header, decodeArrow(payload).batch);
      }
    };
    // As many at a time as the service handles.
    await Promise.all(Array.from({ length: CONSUMERS.write.concurrency }, work));
    return seconds(started);
  } finally {
    await storage.close();
    await expectRows(
      url,
      messages.reduce((sum, { header }) => sum + header.fetched, 0),
    );
  }
}

/** Makes the partition and the dataset's number that the peer's rows need, and takes the rows away again. */
async function copyOne(url: string, { header, payload }: Message): Promise<void> {
  const storage = Storage.open({ url, connections: 1 });
  try {
    await writeBatch(storage, header, decodeArrow(payload).batch);
    await storage.pool.query('TRUNCATE trades');
  } finally {
    await storage.close();
  }
}

async function expectRows(url: string, rows: number): Promise<void> {
  const counted = Number(await psql(url, ['\\t', 'SELECT count(*) FROM trades']));
  if (counted !== rows) throw new Error(`${counted} rows are stored, not ${rows}`);
}

async function sizeOf(url: string, rows: number): Promise<number> {
  const size = `SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('trades') WHERE isleaf`;
  return Number(await psql(url, ['\\t', size])) / rows;
}
