/** A gateway over HTTP with a database and a bus of its own, for tests. */
import { writeBatch, migrate, Storage } from '@tapeline/storage';
import { ColumnarBatch, SCHEMAS } from '@tapeline/records';
import { createLogger } from '@tapeline/telemetry';
import type { AccessSettings } from './access/access.js';
import type { SessionsOf } from './bars.controller.js';
import { createGateway } from './create-gateway.js';
import { JobBus } from './job-bus.js';

export const DATASET = 'GLBX.MDP3';

export interface TradeRow {
  readonly tsRecv: bigint;
  readonly instrumentId: number;
  readonly ordinal: number;
  readonly sequence?: number;
}

/** Trades whose other columns are zero. */
export function tradesBatch(rows: readonly TradeRow[]): ColumnarBatch {
  const batch = ColumnarBatch.allocate(SCHEMAS.trades, rows.length);
  rows.forEach((row, index) => {
    batch.column('ts_recv')[index] = row.tsRecv;
    batch.column('instrument_id')[index] = row.instrumentId;
    batch.column('ordinal')[index] = row.ordinal;
    batch.column('sequence')[index] = row.sequence ?? 0;
  });
  return batch;
}

export type TestGateway = Awaited<ReturnType<typeof startTestGateway>>;

interface TestServer {
  readonly url: string;
}

interface TestGatewayOptions {
  /** Nobody is asked for a key, or limited, unless a test says so. */
  readonly access?: Partial<AccessSettings>;
  readonly corsOrigins?: readonly string[];
  /** The database as a role that may only read. */
  readonly sqlUrl?: string;
  readonly sessionsOf?: SessionsOf;
}

const OPEN: AccessSettings = {
  auth: 'off',
  operatorKey: '',
  requestsPerMinute: 0,
  concurrentRequests: 0,
};

/** Starts it on an empty database; `stop()` leaves the servers to the test. */
export async function startTestGateway(
  database: TestServer,
  nats: TestServer,
  { access, corsOrigins = [], sqlUrl, sessionsOf = () => undefined }: TestGatewayOptions = {},
) {
  await migrate(database.url);
  const storage = Storage.open({ url: database.url, connections: 2 });
  const queryStorage = Storage.open({ url: database.url, connections: 4 });
  const sqlStorage =
    sqlUrl === undefined ? undefined : Storage.open({ url: sqlUrl, connections: 2 });
  const logger = createLogger('query-gateway', 'silent');
  const bus = new JobBus(1_000);
  await bus.connect(nats.url, logger);
  const app = await createGateway({
    storage,
    queryStorage,
    sqlStorage,
    bus,
    logger,
    access: { ...OPEN, ...access },
    sessionsOf,
    corsOrigins,
  });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  let batches = 0;

  return {
    url,
    storage,
    bus,
    get: (path: string, headers: Record<string, string> = {}) => fetch(url + path, { headers }),

    /** The address of a query of the trades of 2024-07-01, unless the parameters say otherwise. */
    timeseries: (parameters: Record<string, string> = {}): string => {
      const query = { dataset: DATASET, schema: 'trades', start: '2024-07-01', ...parameters };
      return `/v1/timeseries?${new URLSearchParams(query).toString()}`;
    },

    /** Stores a batch as the writer does. */
    store: async (batch: ColumnarBatch): Promise<void> => {
      const chunk = `chunk${batches++}`;
      await writeBatch(
        storage,
        {
          job_id: 'test',
          attempt: 1,
          chunk_id: chunk,
          batch_id: `${chunk}.0`,
          dataset: DATASET,
          schema: batch.schema.name,
          dbn_version: 3,
          ts_out: false,
          first_ordinal: 0,
          fetched: batch.length,
          filtered: 0,
          quarantined: 0,
          sha256: '0'.repeat(64),
          rules_version: 'test',
          part: 'stored',
        },
        batch,
      );
    },

    /** Records that a symbol meant an instrument on the days `[d0, d1)`. */
    map: async (stype: string, symbol: string, id: number, d0: string, d1: string) => {
      await storage.pool.query('INSERT INTO symbology VALUES ($1, $2, $3, $4, $5, $6)', [
        DATASET,
        stype,
        symbol,
        id,
        d0,
        d1,
      ]);
    },

    /** Records that a complete chunk holds a range of an instrument, ns. */
    hold: async (schema: string, id: number, start: bigint, end: bigint) => {
      const chunk = `held${batches++}`;
      await storage.pool.query(
        `INSERT INTO chunk (chunk_id, dataset, schema, request, start_ns, end_ns, state)
              VALUES ($1, $2, $3, '{}', $4, $5, 'complete')`,
        [chunk, DATASET, schema, start, end],
      );
      await storage.pool.query(
        `INSERT INTO coverage (dataset, schema, instrument_id, start_ns, chunk_id, end_ns)
              VALUES ($1, $2, $3, $4, $5, $6)`,
        [DATASET, schema, id, start, chunk, end],
      );
    },

    stop: async (): Promise<void> => {
      await app.close();
      await Promise.all([bus.close(), storage.close(), queryStorage.close(), sqlStorage?.close()]);
    },
  };
}
