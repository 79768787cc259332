import { Pool } from 'pg';
import type { PoolClient } from 'pg';
import { openPartitioning } from './write/partitioning.js';
import type { Partitioning } from './write/partitioning.js';

export interface StorageOptions {
  readonly url: string;
  /** Most connections of this process. */
  readonly connections: number;
  /** Most seconds of one statement; 0 for any, undefined for what the role has. */
  readonly statementSeconds?: number;
  /** Told about connections that broke while idle. */
  readonly onError?: (error: Error) => void;
}

/** A pool of connections to the database, and what is remembered about it. */
export class Storage {
  private readonly datasets = new Map<string, number>();
  private partitioning: Promise<Partitioning> | undefined;

  private constructor(readonly pool: Pool) {}

  /** Opens no connection yet: the first query does. */
  static open({ url, connections, statementSeconds, onError }: StorageOptions): Storage {
    const pool = new Pool({
      connectionString: url,
      max: connections,
      connectionTimeoutMillis: 10_000,
      application_name: 'tapeline',
      ...(statementSeconds !== undefined && { statement_timeout: statementSeconds * 1000 }),
      // A server that vanished without a word is noticed after 20 seconds, not after two hours.
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    });
    pool.on('error', (error) => onError?.(error));
    // A connection that breaks rejects the query under way, but it reports its end as an event, too, which
    // would end the process if it came while nobody listens: between two owners, or after the last.
    pool.on('connect', (client) => client.on('error', () => undefined));
    return new Storage(pool);
  }

  close(): Promise<void> {
    return this.pool.end();
  }

  /** Runs a task in one transaction: committed if it resolves, undone if it throws. */
  async transaction<Result>(task: (client: PoolClient) => Promise<Result>): Promise<Result> {
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN');
      const result = await task(client);
      await client.query('COMMIT');
      client.release();
      return result;
    } catch (error) {
      const undone = await client.query('ROLLBACK').then(
        () => true,
        () => false,
      );
      client.release(!undone);
      throw error;
    }
  }

  /** The number under which rows name their dataset; a new dataset gets one. */
  async datasetId(code: string): Promise<number> {
    const known = this.datasets.get(code) ?? (await this.findDataset(code));
    if (known !== undefined) return known;
    await this.pool.query('INSERT INTO dataset (code) VALUES ($1) ON CONFLICT DO NOTHING', [code]);
    return (await this.findDataset(code))!;
  }

  /** Looked for before it is inserted: an insert that conflicts uses up one of the 32,767 numbers. */
  private async findDataset(code: string): Promise<number | undefined> {
    const { rows } = await this.pool.query<{ id: number }>(
      'SELECT id FROM dataset WHERE code = $1',
      [code],
    );
    const id = rows[0]?.id;
    if (id !== undefined) this.datasets.set(code, id);
    return id;
  }

  /** How this database partitions its market tables. */
  partitions(): Promise<Partitioning> {
    this.partitioning ??= openPartitioning(this.pool).catch((error: unknown) => {
      this.partitioning = undefined;
      throw error;
    });
    return this.partitioning;
  }
}
