/** Tables, histories and plans for the tests of this folder. */
import type { JobEvent } from '@tapeline/contracts';
import { chunkOf } from '../jobs/job-fixture.js';
import type { ChunkToSave } from '../planning/index.js';
import type { Storage } from '../storage.js';
import { eachWithStorage } from '../test-storage.js';
import type { ArchivedFacts } from './add-archived.js';
import { LiveHistory } from './live-history.js';
import { rebuildProjections } from './rebuild-projections.js';
import type { History, RebuildOptions } from './rebuild-projections.js';

const TABLES = {
  job: 'job_id',
  job_chunk: 'job_id, chunk_id',
  chunk: 'chunk_id',
  coverage: 'chunk_id, instrument_id, start_ns',
  symbology: 'symbol, d0',
  spend: 'chunk_id, part',
  dataset_day: 'date',
};

export async function* each<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  for (const item of items) yield await Promise.resolve(item);
}

/** A database of its own and what was told of it, for each test of a file. */
export class RebuildWorld {
  storage!: Storage;
  live!: LiveHistory;

  constructor() {
    eachWithStorage(4, (opened) => {
      this.storage = opened;
      this.live = new LiveHistory(opened);
    });
  }

  /** All rows of all tables; of the days without the time at which they were asked for. */
  readonly snapshot = async (): Promise<Record<string, unknown[]>> => {
    const tables: Record<string, unknown[]> = {};
    for (const [table, order] of Object.entries(TABLES)) {
      const { rows } = await this.storage.pool.query<{ row: unknown }>(
        `SELECT to_jsonb(t) - 'seen_at' AS row FROM ${table} t ORDER BY ${order}`,
      );
      tables[table] = rows.map(({ row }) => row);
    }
    return tables;
  };

  readonly truncate = () => this.storage.pool.query(`TRUNCATE ${Object.keys(TABLES).join(', ')}`);

  /** What was told, once; a second call gives nothing. */
  readonly history = (
    changes: Partial<History> = {},
    archived: readonly ArchivedFacts[] = [],
  ): History => {
    const { live } = this;
    let given = 0;
    return {
      events: () => {
        const events = live.events
          .slice(given)
          .map((event): JobEvent => JSON.parse(JSON.stringify(event)) as JobEvent);
        given = live.events.length;
        return each(events);
      },
      archive: () => each(archived),
      lost: () => Promise.resolve(0),
      inHand: () => Promise.resolve([]),
      ...changes,
    };
  };

  readonly rebuild = (options?: RebuildOptions) =>
    rebuildProjections(this.storage, this.history(), options);
}

/** A chunk with changes to its request, and of a part of the day. */
export function chunkWith(
  chunkId: string,
  instruments: readonly number[],
  request: object = {},
): ChunkToSave {
  const base = chunkOf(chunkId, instruments);
  return { ...base, request: { ...base.request, ...request } };
}

export const ESU4 = { stypeIn: 'raw_symbol', symbol: 'ESU4', instrumentId: 1 } as const;
