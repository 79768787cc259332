import { nanosecondsName, quoteIdentifier } from '@tapeline/records';
import type { SchemaDescription } from '@tapeline/records';
import { microsecond } from '../microsecond.js';
import { EVERY_INSTRUMENT } from '../planning/coverage-claim.js';
import type { CheckedChunk, RowRange } from './checked-chunk.js';
import type { Parameters } from './parameters.js';

/** Which rows of a market table. */
export interface RowSelection {
  readonly schema: SchemaDescription;
  readonly datasetId: number;
  /** Disjoint. */
  readonly ranges: readonly RowRange[];
  /** Ordinal of the first row at the very end of a range that belongs to it. */
  readonly firstTie?: bigint;
  readonly excluded?: readonly RowRange[];
}

/**
 * The rows of a chunk: those of its claims. Where another chunk that stopped early holds the first records
 * of a nanosecond, the others of that nanosecond are left out, too: nothing tells them apart.
 */
export const rowsOfChunk = (chunk: CheckedChunk): RowSelection => ({
  schema: chunk.schema,
  datasetId: chunk.datasetId,
  ranges: chunk.claims,
  firstTie: chunk.firstTie,
  excluded: chunk.excluded,
});

/**
 * A subquery of the rows with their columns' names and types. `columns` are SQL over alias `t`. Single ranges
 * are constants and instruments are joined by equality, so that the index by instrument and time serves both.
 */
export function rowsIn(
  parameters: Parameters,
  selection: RowSelection,
  columns: readonly string[],
): string {
  const { ranges } = selection;
  const every = ranges.filter(({ instrumentId }) => instrumentId === EVERY_INSTRUMENT);
  const single = ranges.filter(({ instrumentId }) => instrumentId !== EVERY_INSTRUMENT);
  const parts = [every, single]
    .filter((own) => own.length > 0)
    .map((own) => rowsInSome(parameters, selection, own, columns));
  if (parts.length === 0) throw new Error('rows were asked for without a range');
  return `(${parts.join(' UNION ALL ')})`;
}

function rowsInSome(
  parameters: Parameters,
  { schema, datasetId, firstTie, excluded = [] }: RowSelection,
  own: readonly RowRange[],
  columns: readonly string[],
): string {
  const time = `t.${quoteIdentifier(schema.indexColumn)}`;
  const rest = `t.${quoteIdentifier(nanosecondsName(schema.indexColumn))}`;
  const least = own.reduce((found, { start }) => (start < found ? start : found), own[0]!.start);
  const most = own.reduce((found, { end }) => (end > found ? end : found), own[0]!.end);
  const conditions = [
    `t.dataset_id = ${parameters.add(datasetId, 'smallint')}`,
    // The plain bounds are for the partitions and the index; the pairs are exact to the nanosecond.
    `${time} >= ${parameters.add(microsecond(least), 'timestamptz')}`,
    `${time} <= ${parameters.add(microsecond(most), 'timestamptz')}`,
  ];
  const from = [`${quoteIdentifier(schema.table)} t`];
  if (own.length === 1 && !own[0]!.hasTies) {
    const [{ instrumentId, start, end }] = own as [RowRange];
    if (instrumentId !== EVERY_INSTRUMENT) {
      conditions.push(`t.instrument_id = ${parameters.add(instrumentId, 'bigint')}`);
    }
    const pair = (at: bigint): string =>
      `(${parameters.add(microsecond(at), 'timestamptz')}, ${parameters.add(Number(at % 1000n), 'smallint')})`;
    conditions.push(`(${time}, ${rest}) >= ${pair(start)}`, `(${time}, ${rest}) < ${pair(end)}`);
  } else {
    from.push(`${rangeList(parameters, own)} c`);
    if (own[0]!.instrumentId !== EVERY_INSTRUMENT) conditions.push('t.instrument_id = c.id');
    conditions.push(
      `${time} >= c.since AND ${time} <= c.until AND (${time}, ${rest}) >= (c.since, c.since_ns)`,
      `((${time}, ${rest}) < (c.until, c.until_ns) OR (c.ties AND (${time}, ${rest}) = (c.until, c.until_ns)
         AND t.ordinal >= ${parameters.add(firstTie ?? 0n, 'bigint')}))`,
    );
  }
  // Apart, so that the excluded ranges of single instruments are hashed by instrument.
  const isEvery = (range: RowRange): boolean => range.instrumentId === EVERY_INSTRUMENT;
  for (const [others, sameInstrument] of [
    [excluded.filter((range) => isEvery(range)), ''],
    [excluded.filter((range) => !isEvery(range)), 'e.id = t.instrument_id AND'],
  ] as const) {
    if (others.length === 0) continue;
    conditions.push(
      `NOT EXISTS (SELECT FROM ${rangeList(parameters, others)} e WHERE ${sameInstrument}
         (${time}, ${rest}) >= (e.since, e.since_ns)
         AND ((${time}, ${rest}) < (e.until, e.until_ns) OR (e.ties AND (${time}, ${rest}) = (e.until, e.until_ns))))`,
    );
  }
  return `SELECT ${columns.join(', ')} FROM ${from.join(', ')} WHERE ${conditions.join(' AND ')}`;
}

/** The ranges as a table function with columns id, since, since_ns, until, until_ns, ties. */
function rangeList(parameters: Parameters, ranges: readonly RowRange[]): string {
  const list = (pick: (range: RowRange) => unknown, type: string): string =>
    parameters.add(
      ranges.map((range) => pick(range)),
      `${type}[]`,
    );
  return `(SELECT * FROM unnest(${list(({ instrumentId }) => instrumentId, 'bigint')},
      ${list(({ start }) => microsecond(start), 'timestamptz')}, ${list(({ start }) => Number(start % 1000n), 'smallint')},
      ${list(({ end }) => microsecond(end), 'timestamptz')}, ${list(({ end }) => Number(end % 1000n), 'smallint')},
      ${list(({ hasTies }) => hasTies, 'boolean')}) AS r (id, since, since_ns, until, until_ns, ties))`;
}
