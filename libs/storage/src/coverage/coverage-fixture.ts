/** Chunks, symbols, days and refused records in a database of a test's own. */
import { parseTimestamp } from '@tapeline/records';
import type { Storage } from '../storage.js';
import type { CoverageQuery, CoverageRow } from './coverage-row.js';
import { dayDate } from './day-number.js';
import { readCoverage } from './read-coverage.js';

export const DATASET = 'GLBX.MDP3';

/** Days around the weekend of 2024-07-06: the Saturday has no session. */
export const WEEK = ['2024-07-05', '2024-07-07', '2024-07-08', '2024-07-09', '2024-07-10'];

interface Given {
  readonly ids: readonly number[];
  readonly start: string;
  readonly end: string;
  readonly state?: string;
  readonly schema?: string;
  readonly source?: string;
  readonly fetchedAt?: string;
}

/** A database, and what tests put into it. */
export class CoverageFixture {
  private chunks = 0;

  constructor(readonly storage: Storage) {}

  async clear(): Promise<void> {
    await this.storage.pool.query(
      'TRUNCATE job, job_chunk, chunk, coverage, symbology, dataset_day, quarantine, spend',
    );
  }

  /** Saves a chunk with a claim for each instrument, and returns its id. */
  async hold(given: Given): Promise<string> {
    const id = `chunk${this.chunks++}`;
    const schema = given.schema ?? 'trades';
    const range = [String(parseTimestamp(given.start)), String(parseTimestamp(given.end))];
    await this.storage.pool.query(
      `INSERT INTO chunk (chunk_id, dataset, schema, request, start_ns, end_ns, state, planned_at, fetched_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, '2024-08-01', $8)`,
      [
        id,
        DATASET,
        schema,
        { source: given.source ?? 'api' },
        ...range,
        given.state ?? 'complete',
        given.fetchedAt ?? '2024-08-01T12:00Z',
      ],
    );
    await this.storage.pool.query(
      `INSERT INTO coverage (dataset, schema, instrument_id, start_ns, end_ns, chunk_id)
       SELECT $1, $2, unnest($3::bigint[]), $4, $5, $6`,
      [DATASET, schema, given.ids, ...range, id],
    );
    return id;
  }

  /** Records that a symbol meant an instrument on the days `[d0, d1)`. */
  async map(stype: string, symbol: string, id: number, d0: string, d1: string): Promise<void> {
    await this.storage.pool.query('INSERT INTO symbology VALUES ($1, $2, $3, $4, $5, $6)', [
      DATASET,
      stype,
      symbol,
      id,
      d0,
      d1,
    ]);
  }

  /** Lists days as Databento does, each last modified on the day itself unless it is said. */
  async list(dates: readonly string[], condition = 'available', modified?: string): Promise<void> {
    await this.storage.pool.query(
      `INSERT INTO dataset_day (dataset, date, condition, last_modified)
       SELECT $1, date, $3, coalesce($4::date, date) FROM unnest($2::date[]) AS date
       ON CONFLICT (dataset, date) DO UPDATE SET condition = $3, last_modified = excluded.last_modified`,
      [DATASET, dates, condition, modified],
    );
  }

  /** Refuses a record of a chunk. */
  async quarantine(chunk: string, id: number, time: string | null, state = 'open'): Promise<void> {
    await this.storage.pool.query(
      `INSERT INTO quarantine (dataset, schema, chunk_id, batch_id, job_id, ordinal, instrument_id, ts_ns,
                               rule, reason, record, rules_version, state)
       SELECT $1, 'trades', $2, $2 || '.0', 'j', count(*), $3, $4, 'r', 'r', '{}', 'v', $5 FROM quarantine`,
      [DATASET, chunk, id, time === null ? null : String(parseTimestamp(time)), state],
    );
  }

  /** The coverage that a query finds. */
  async coverage(query: Partial<CoverageQuery> = {}, limit = 100) {
    const outcome = await readCoverage(
      this.storage,
      {
        dataset: undefined,
        schema: undefined,
        symbols: undefined,
        stypeIn: 'raw_symbol',
        from: undefined,
        to: undefined,
        stale: false,
        ...query,
      },
      limit,
    );
    if (outcome.outcome !== 'coverage') throw new Error(JSON.stringify(outcome));
    return outcome;
  }
}

/** By schema and symbol a line for each range: its first day and length, its state, what it is about. */
export const told = (rows: readonly CoverageRow[]): Record<string, string[]> =>
  Object.fromEntries(
    rows.map(({ schema, symbol, ranges }) => [
      `${schema} ${symbol}`,
      ranges.map((range) =>
        [
          `${dayDate(range.from).slice(5)}+${range.to - range.from}`,
          range.state,
          ...(range.degraded ? ['degraded'] : []),
          ...(range.stale ? [`stale since ${dayDate(range.lastModified!)}`] : []),
          ...(range.quarantined > 0 ? [range.quarantined] : []),
          ...(range.rawSymbol !== null && range.rawSymbol !== symbol ? [range.rawSymbol] : []),
        ].join(' '),
      ),
    ]),
  );
