import { ORDINAL, nanosecondsName, quoteIdentifier } from '@tapeline/records';
import type { SchemaDescription } from '@tapeline/records';
import { microsecond } from '../microsecond.js';
import { answerSelectList } from './answer-field.js';
import type { SymbolInterval } from './disjoint-intervals.js';

export interface TimeseriesSelection {
  readonly schema: SchemaDescription;
  readonly datasetId: number;
  readonly dataset: string;
  /** Nanoseconds of the index timestamp, `[start, end)`. */
  readonly start: bigint;
  readonly end: bigint;
  /** Disjoint intervals of instruments; undefined for every instrument. */
  readonly intervals: readonly SymbolInterval[] | undefined;
  readonly limit: number | undefined;
}

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/**
 * The one statement of an answer. All that comes from a user is a parameter; identifiers come from the
 * schema's description. Rows come by index timestamp, then in the source's order.
 */
export function timeseriesStatement(selection: TimeseriesSelection): Statement {
  const { schema, intervals, start, end, limit } = selection;
  const values: unknown[] = [];
  const parameter = (value: unknown, type: string): string => `$${values.push(value)}::${type}`;
  const time = `t.${quoteIdentifier(schema.indexColumn)}`;
  const rest = `t.${quoteIdentifier(nanosecondsName(schema.indexColumn))}`;

  const conditions = [
    `t.dataset_id = ${parameter(selection.datasetId, 'smallint')}`,
    // The plain bounds are for the index and the partitions; the pairs are exact to the nanosecond.
    `${time} >= ${parameter(microsecond(start), 'timestamptz')}`,
    `${time} <= ${parameter(microsecond(end - 1n), 'timestamptz')}`,
    `(${time}, ${rest}) >= (${parameter(microsecond(start), 'timestamptz')}, ${parameter(Number(start % 1000n), 'smallint')})`,
    `(${time}, ${rest}) < (${parameter(microsecond(end), 'timestamptz')}, ${parameter(Number(end % 1000n), 'smallint')})`,
  ];
  const from = [`${quoteIdentifier(schema.table)} t`];
  const midnight = (date: string): string => `${date}T00:00:00Z`;
  let symbol: string;
  if (!intervals) {
    const day = `(${time} AT TIME ZONE 'UTC')::date`;
    symbol = `(SELECT min(y.symbol) FROM symbology y
       WHERE y.dataset = ${parameter(selection.dataset, 'text')} AND y.stype_in = 'raw_symbol'
         AND y.instrument_id = t.instrument_id AND y.d0 <= ${day} AND y.d1 > ${day})`;
  } else if (intervals.length === 1) {
    // With a constant instrument the index gives the order of time, and nothing large is sorted.
    const [{ instrumentId, d0, d1, symbol: name }] = intervals as [SymbolInterval];
    conditions.push(
      `t.instrument_id = ${parameter(instrumentId, 'bigint')}`,
      `${time} >= ${parameter(midnight(d0), 'timestamptz')}`,
      `${time} < ${parameter(midnight(d1), 'timestamptz')}`,
    );
    symbol = parameter(name, 'text');
  } else {
    const list = (pick: (interval: SymbolInterval) => unknown, type: string): string =>
      parameter(intervals.map(pick), `${type}[]`);
    from.push(
      `unnest(${list(({ instrumentId }) => instrumentId, 'bigint')},
              ${list(({ d0 }) => midnight(d0), 'timestamptz')},
              ${list(({ d1 }) => midnight(d1), 'timestamptz')},
              ${list((interval) => interval.symbol, 'text')}) AS m (instrument_id, since, until, symbol)`,
    );
    conditions.push('t.instrument_id = m.instrument_id', `${time} >= m.since`, `${time} < m.until`);
    symbol = 'm.symbol';
  }
  const text = [
    `SELECT ${answerSelectList(schema)}, ${symbol}`,
    `FROM ${from.join(', ')}`,
    `WHERE ${conditions.join('\n  AND ')}`,
    // Chunks count their records separately; the instrument makes ties between chunks repeatable.
    `ORDER BY ${time}, ${rest}, t.${quoteIdentifier(ORDINAL)}, t.instrument_id`,
    ...(limit === undefined ? [] : [`LIMIT ${parameter(limit, 'bigint')}`]),
  ].join('\n');
  return { text, values };
}
