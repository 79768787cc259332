import { copyOutList, nanosecondsName, ORDINAL, quoteIdentifier } from '@tapeline/records';
import type { SchemaDescription } from '@tapeline/records';
import { microsecond } from '../microsecond.js';
import { conditionSql } from './column-condition.js';
import type { ColumnCondition } from './column-condition.js';
import type { SymbolInterval } from './disjoint-intervals.js';

export interface TimeseriesSelection {
  readonly schema: SchemaDescription;
  readonly datasetId: number;
  /** Nanoseconds of the index timestamp, `[start, end)`. */
  readonly start: bigint;
  readonly end: bigint;
  /** Disjoint intervals of instruments; undefined for every instrument. */
  readonly intervals: readonly SymbolInterval[] | undefined;
  readonly limit: number | undefined;
  /** All of them must hold. */
  readonly conditions?: readonly ColumnCondition[];
  /** The latest first. */
  readonly isDescending?: boolean;
  /** Where to go on. */
  readonly from?: Position | undefined;
}

/** A place in an answer's order: the key of a record, and how many with an equal key come before. */
export interface Position {
  /** Nanoseconds of the index timestamp. */
  readonly time: bigint;
  readonly ordinal: number;
  readonly instrumentId: number;
  readonly skip: number;
}

/** Most intervals that are read one by one and merged, so that nothing is sorted. */
const MOST_MERGED = 64;

/**
 * The one statement of an answer: `COPY`, which takes no parameters. So its text is made of names of the schema's
 * description, whole numbers, and times written here; no text of a user can be a part of it. Rows come by index
 * timestamp, then in the source's order.
 */
export const timeseriesStatement = (selection: TimeseriesSelection): string =>
  `COPY (${recordsSelect(selection)}) TO STDOUT (FORMAT binary)`;

/** The query of {@link timeseriesStatement}. */
export function recordsSelect(selection: TimeseriesSelection): string {
  const { schema, isDescending } = selection;
  const key = keyOf(schema);
  const order = ` ORDER BY ${key.map((name) => (isDescending ? `${name} DESC` : name)).join(', ')}`;
  return rowsQuery(selection, copyOutList(schema), order);
}

/** The statement of how many rows an answer has, as a `COPY` of one whole number. */
export const countStatement = (selection: TimeseriesSelection): string =>
  copy(`SELECT count(*) FROM (${rowsQuery(selection, '1 AS counted', '')}) AS r`);

const copy = (query: string): string => `COPY (${query}) TO STDOUT (FORMAT binary)`;

/** Chunks count their records separately; the instrument makes ties between chunks repeatable. */
const keyOf = ({ indexColumn }: SchemaDescription): string[] =>
  [indexColumn, nanosecondsName(indexColumn), ORDINAL, 'instrument_id'].map(
    (name) => `t.${quoteIdentifier(name)}`,
  );

function rowsQuery(selection: TimeseriesSelection, columns: string, order: string): string {
  const { schema, intervals, start, end, limit, conditions = [], isDescending, from } = selection;
  const table = `${quoteIdentifier(schema.table)} t`;
  const time = quoteIdentifier(schema.indexColumn);
  const rest = quoteIdentifier(nanosecondsName(schema.indexColumn));
  const held = [
    `t.dataset_id = ${wholeNumber(selection.datasetId)}`,
    // The plain bounds are for the index and the partitions; the pairs are exact to the nanosecond.
    `t.${time} >= ${microsecondText(start)}`,
    `t.${time} <= ${microsecondText(end - 1n)}`,
    `(t.${time}, t.${rest}) >= (${microsecondText(start)}, ${wholeNumber(Number(start % 1000n))})`,
    `(t.${time}, t.${rest}) < (${microsecondText(end)}, ${wholeNumber(Number(end % 1000n))})`,
    ...(from ? [onFrom(from, keyOf(schema), isDescending ?? false)] : []),
    ...conditions.map(conditionSql),
  ];
  const some = [
    limit === undefined ? '' : ` LIMIT ${wholeNumber(limit)}`,
    from === undefined || from.skip === 0 ? '' : ` OFFSET ${wholeNumber(from.skip)}`,
  ].join('');
  const select = (from: string, conditions: readonly string[]): string =>
    `SELECT ${columns} FROM ${from} WHERE ${conditions.join(' AND ')}`;

  if (!intervals) return `${select(table, held)}${order}${some}`;
  if (intervals.length > MOST_MERGED) {
    const list = (pick: (interval: SymbolInterval) => string, type: string): string =>
      `ARRAY[${intervals.map(pick).join(',')}]::${type}[]`;
    const from = `${table}, unnest(${list(({ instrumentId }) => wholeNumber(instrumentId), 'bigint')},
        ${list(({ d0 }) => midnight(d0), 'timestamptz')}, ${list(({ d1 }) => midnight(d1), 'timestamptz')}) AS m (id, since, until)`;
    const own = [`t.instrument_id = m.id`, `t.${time} >= m.since`, `t.${time} < m.until`];
    return `${select(from, [...held, ...own])}${order}${some}`;
  }
  // With a constant instrument the index gives the order of time, and parts in order are merged.
  const parts = intervals.map(({ instrumentId, d0, d1 }) =>
    select(table, [
      ...held,
      `t.instrument_id = ${wholeNumber(instrumentId)}`,
      `t.${time} >= ${midnight(d0)}`,
      `t.${time} < ${midnight(d1)}`,
    ]),
  );
  if (parts.length === 0) return select(table, ['false']);
  if (parts.length === 1) return `${parts[0]}${order}${some}`;
  return `SELECT * FROM (${parts.join('\nUNION ALL ')}) AS t${order}${some}`;
}

function onFrom({ time, ordinal, instrumentId }: Position, key: string[], isDown: boolean): string {
  const place = [
    microsecondText(time),
    wholeNumber(Number(time % 1000n)),
    wholeNumber(ordinal),
    wholeNumber(instrumentId),
  ];
  // The plain bound is for the index and the partitions.
  const bound = `${key[0]} ${isDown ? '<=' : '>='} ${place[0]}`;
  return `${bound} AND (${key.join(', ')}) ${isDown ? '<=' : '>='} (${place.join(', ')})`;
}

/** @throws TypeError for what is no whole number of at least 0. */
export function wholeNumber(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) throw new TypeError(`${value} is no whole number`);
  return String(value);
}

/** SQL of a time's microsecond. */
export const microsecondText = (nanoseconds: bigint): string =>
  `'${microsecond(nanoseconds)}'::timestamptz`;

/** SQL of a date's UTC midnight. @throws TypeError for what is no date. */
function midnight(date: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) throw new TypeError(`'${date}' is no date`);
  return `'${date}T00:00:00Z'::timestamptz`;
}

/** SQL of an array. @param pick SQL of an item, which must hold no text of a user. */
export const listSql = <Item>(
  items: readonly Item[],
  pick: (item: Item) => string,
  type: string,
): string => `ARRAY[${items.map(pick).join(',')}]::${type}[]`;

/** The days of an instrument, and the number of the symbol that it was meant by. */
export type Member = Pick<SymbolInterval, 'instrumentId' | 'd0' | 'd1'> & {
  readonly slot: number;
};

/** SQL of rows `(slot, id, since, until)`. */
export const memberList = (members: readonly Member[]): string =>
  `unnest(${listSql(members, ({ slot }) => wholeNumber(slot), 'bigint')},
          ${listSql(members, ({ instrumentId }) => wholeNumber(instrumentId), 'bigint')},
          ${listSql(members, ({ d0 }) => midnight(d0), 'timestamptz')},
          ${listSql(members, ({ d1 }) => midnight(d1), 'timestamptz')})`;
