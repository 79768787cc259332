import { ALL_SYMBOLS } from '@tapeline/contracts';
import { SCHEMA_NAMES } from '@tapeline/records';
import type { PoolClient } from 'pg';
import { EVERY_INSTRUMENT } from '../planning/coverage-claim.js';
import { belongsToParent } from '../read/belongs-to-parent.js';
import { resolveSymbols } from '../read/resolve-symbols.js';
import type { Storage } from '../storage.js';
import { buildRows } from './build-rows.js';
import type { CoverageQuery, CoverageRow } from './coverage-row.js';
import { dayNumber, dayStart } from './day-number.js';
import { rowsOfHoldings, rowsOfSymbols } from './plan-rows.js';
import type { PlannedRow } from './plan-rows.js';
import { readHoldings } from './read-holdings.js';
import type { Holdings, HoldingsFilter } from './read-holdings.js';
import { readQuarantinedDays } from './read-quarantined-days.js';
import { readRawSymbols } from './read-raw-symbols.js';
import { readSessionDays } from './read-session-days.js';

export type CoverageOutcome =
  | CoverageAnswer
  | { readonly outcome: 'unknown-dataset'; readonly known: readonly string[] }
  | { readonly outcome: 'unknown-symbols'; readonly symbols: readonly string[] };

export interface CoverageAnswer {
  readonly outcome: 'coverage';
  /** In order of dataset, schema and symbol. */
  readonly rows: readonly CoverageRow[];
  /** Requested symbols without a row: nothing of them is held in the range. */
  readonly nothingHeld: readonly string[];
  /** How many more instruments there are than the limit let through. */
  readonly leftOff: number;
}

/** What the limits of a query stand for when it has none: days that no data can be older or newer than. */
const FIRST_DAY = 0;
const LAST_DAY = dayNumber('2262-01-01');

/**
 * What is held, being fetched and missing, by dataset, schema, symbol and UTC day, as of one moment.
 * @param limit most rows, and most instruments looked at where no symbols are given.
 */
export async function readCoverage(
  storage: Pick<Storage, 'transaction'>,
  query: CoverageQuery,
  limit: number,
): Promise<CoverageOutcome> {
  return storage.transaction(async (client) => {
    await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const known = await knownDatasets(client);
    if (query.dataset !== undefined && !known.includes(query.dataset)) {
      return { outcome: 'unknown-dataset', known };
    }
    const planned = await planRows(client, query, limit);
    if (planned.outcome !== 'planned') return planned;
    const { holdings, total } = planned;
    const datasets = [...new Set(planned.rows.map(({ dataset }) => dataset))];
    const rows = buildRows(planned.rows.slice(0, limit), query, {
      holdings,
      sessions: await readSessionDays(client, datasets),
      quarantined: await readQuarantinedDays(client, query),
    });
    const shown = new Set(rows.map(({ symbol }) => symbol));
    const nothingHeld = planned.symbols.filter((symbol) =>
      query.stypeIn === 'parent' && symbol !== ALL_SYMBOLS
        ? ![...shown].some((raw) => belongsToParent(raw, symbol))
        : !shown.has(symbol),
    );
    const leftOff = Math.max(total - limit, planned.rows.length - limit, 0);
    return { outcome: 'coverage', rows, nothingHeld, leftOff };
  });
}

async function knownDatasets(client: PoolClient): Promise<string[]> {
  const { rows } = await client.query<{ dataset: string }>(
    'SELECT dataset FROM chunk UNION SELECT dataset FROM dataset_day ORDER BY dataset',
  );
  return rows.map(({ dataset }) => dataset);
}

interface Planned {
  readonly outcome: 'planned';
  readonly rows: readonly PlannedRow[];
  /** As requested, without those that were expanded. */
  readonly symbols: readonly string[];
  readonly holdings: readonly Holdings[];
  /** Instruments held, whether the limit let them through or not. */
  readonly total: number;
}

type Unknown = Exclude<CoverageOutcome, CoverageAnswer>;

async function planRows(
  client: PoolClient,
  query: CoverageQuery,
  limit: number,
): Promise<Planned | Unknown> {
  const filter: HoldingsFilter = {
    dataset: query.dataset,
    schema: query.schema,
    instrumentIds: undefined,
    from: query.from ?? FIRST_DAY,
    to: query.to ?? LAST_DAY,
    stale: query.stale,
  };
  const { dataset, symbols = [] } = query;
  if (dataset === undefined || symbols.length === 0) return planHeld(client, filter, limit);
  if (symbols.includes(ALL_SYMBOLS)) {
    const every = { ...filter, instrumentIds: [EVERY_INSTRUMENT] };
    return { ...(await planHeld(client, every, limit)), symbols: [ALL_SYMBOLS] };
  }
  const resolution = await resolveSymbols(client, {
    dataset,
    stypeIn: query.stypeIn,
    symbols,
    start: dayStart(filter.from),
    end: dayStart(filter.to),
  });
  if (resolution.unknown.length > 0) {
    return { outcome: 'unknown-symbols', symbols: resolution.unknown };
  }
  const intervals = resolution.intervals ?? new Map<string, never[]>();
  const ids = [...new Set([...intervals.values()].flat().map(({ instrumentId }) => instrumentId))];
  const wanted = { ...filter, instrumentIds: [...ids, EVERY_INSTRUMENT], stale: false };
  if (query.stypeIn === 'parent') {
    // What holds every instrument comes besides, once for each schema at most.
    const held = await planHeld(client, wanted, limit + SCHEMA_NAMES.length);
    const every = held.holdings.filter(({ instrumentId }) => instrumentId === EVERY_INSTRUMENT);
    const rows = held.rows.filter(({ symbol }) =>
      symbols.some((parent) => belongsToParent(symbol, parent)),
    );
    return { ...held, rows, symbols, total: held.total - every.length };
  }
  const { holdings } = await readHoldings(client, wanted, wanted.instrumentIds.length * 100);
  const rawSymbols = await readRawSymbols(client, [dataset], ids);
  const schemas =
    query.schema === undefined
      ? [...new Set(holdings.map(({ schema }) => schema))].toSorted()
      : [query.schema];
  const rows = rowsOfSymbols(dataset, schemas, intervals, rawSymbols);
  return { outcome: 'planned', rows, symbols, holdings, total: 0 };
}

/** Rows for what is held, by raw symbol. */
async function planHeld(
  client: PoolClient,
  filter: HoldingsFilter,
  limit: number,
): Promise<Planned> {
  const { holdings, total } = await readHoldings(client, filter, limit);
  const datasets = [...new Set(holdings.map(({ dataset }) => dataset))];
  const ids = [...new Set(holdings.map(({ instrumentId }) => instrumentId))];
  const rawSymbols = await readRawSymbols(client, datasets, ids);
  const rows = rowsOfHoldings(holdings, rawSymbols).toSorted(
    (a, b) =>
      compare(a.dataset, b.dataset) || compare(a.schema, b.schema) || compare(a.symbol, b.symbol),
  );
  return { outcome: 'planned', rows, symbols: [], holdings, total };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
