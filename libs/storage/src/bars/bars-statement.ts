import { copyOutList, nanosecondsName, ORDINAL, quoteIdentifier, SCHEMAS } from '@tapeline/records';
import type { SchemaName } from '@tapeline/records';
import { listSql, memberList, microsecondText, wholeNumber } from '../read/timeseries-statement.js';
import type { Member } from '../read/timeseries-statement.js';
import { BARS } from './bars-schema.js';

export type BarSource = Extract<
  SchemaName,
  'trades' | 'ohlcv-1s' | 'ohlcv-1m' | 'ohlcv-1h' | 'ohlcv-1d'
>;

/** Time in which bars are made, nanoseconds `[since, until)`; windows are disjoint and in order. */
export interface BarWindow {
  readonly since: bigint;
  readonly until: bigint;
  /** Where its one bar begins: of several windows with the same beginning one bar is made. */
  readonly begin: bigint;
}

export interface BarsSelection {
  readonly source: BarSource;
  readonly datasetId: number;
  /** Nanoseconds, `[start, end)`: records outside of it count nowhere. */
  readonly start: bigint;
  readonly end: bigint;
  readonly windows: readonly BarWindow[];
  /** Microseconds of a bar, counted from each window's beginning; undefined for one bar a window. */
  readonly width: number | undefined;
  /** Instruments by the number of the symbol whose bars they are part of; undefined for every instrument. */
  readonly members: readonly Member[] | undefined;
  /** Whether bars without records repeat the close before them. */
  readonly isFilled: boolean;
  readonly limit: number | undefined;
}

/**
 * The one statement of bars, a `COPY` of {@link BARS}: its text is made of names, whole numbers and times written here.
 * Open and close are those of the first and the last record by time, nanosecond and place in the source.
 */
export function barsStatement(selection: BarsSelection): string {
  const { isFilled, limit, members } = selection;
  const some = limit === undefined ? '' : ` LIMIT ${wholeNumber(limit)}`;
  const bars = `WITH w (since, until, bar) AS (SELECT * FROM ${windowRows(selection.windows)}),
    bars AS (${aggregate(selection)})`;
  const filled =
    isFilled && members ? `, t AS (${fill(selection)})` : ', t AS (SELECT * FROM bars)';
  const columns = `SELECT bar AS ts_event, 0::smallint AS ts_event_ns, last[4] AS instrument_id, first[5] AS open,
      high, low, last[5] AS close, volume::numeric(20,0) AS volume, trades, vwap, slot AS ${quoteIdentifier(ORDINAL)} FROM t`;
  return `COPY (${bars}${filled} SELECT ${copyOutList(BARS)} FROM (${columns}) t
    ORDER BY t.ts_event, t.${quoteIdentifier(ORDINAL)}, t.instrument_id${some}) TO STDOUT (FORMAT binary)`;
}

function aggregate({ source, datasetId, start, end, width, members }: BarsSelection): string {
  const { table, indexColumn } = SCHEMAS[source];
  const time = `r.${quoteIdentifier(indexColumn)}`;
  const rest = `r.${quoteIdentifier(nanosecondsName(indexColumn))}`;
  const bar =
    width === undefined
      ? 'w.bar'
      : `date_bin('${wholeNumber(width)} microseconds', ${time}, w.bar)`;
  const place = (price: string): string =>
    `ARRAY[(extract(epoch FROM ${time}) * 1000000)::bigint, ${rest}, r.${quoteIdentifier(ORDINAL)}, r.instrument_id, ${price}]`;
  const values =
    source === 'trades'
      ? `min(${place('r.price')}) FILTER (WHERE r.price IS NOT NULL) AS first, max(r.price) AS high, min(r.price) AS low,
         max(${place('r.price')}) FILTER (WHERE r.price IS NOT NULL) AS last, sum(r.size) AS volume, count(*) AS trades,
         round(sum(r.price::numeric * r.size) / nullif(sum(r.size) FILTER (WHERE r.price IS NOT NULL), 0))::bigint AS vwap`
      : `min(${place('r.open')}) AS first, max(r.high) AS high, min(r.low) AS low, max(${place('r.close')}) AS last,
         sum(r.volume) AS volume, NULL::bigint AS trades, NULL::bigint AS vwap`;
  const slot = members ? 'm.slot' : '0';
  const from = members ? `, ${memberList(members)} AS m (slot, id, since, until)` : '';
  const own = members
    ? `AND r.instrument_id = m.id AND ${time} >= greatest(w.since, m.since) AND ${time} < least(w.until, m.until)`
    : `AND ${time} >= w.since AND ${time} < w.until`;
  return `SELECT ${slot}::bigint AS slot, ${bar} AS bar, ${values}
    FROM w${from}, ${quoteIdentifier(table)} r
   WHERE r.dataset_id = ${wholeNumber(datasetId)} ${own}
     AND ${time} >= ${microsecondText(start)} AND ${time} <= ${microsecondText(end - 1n)}
     AND (${time}, ${rest}) >= (${microsecondText(start)}, ${wholeNumber(Number(start % 1000n))})
     AND (${time}, ${rest}) < (${microsecondText(end)}, ${wholeNumber(Number(end % 1000n))})
   GROUP BY 1, 2${members ? '' : ', r.instrument_id'}`;
}

/** Every bar of the windows from the first of a symbol on; one without records has the close before it, and no volume. */
function fill({ width, start, end }: BarsSelection): string {
  const bars =
    width === undefined
      ? 'SELECT DISTINCT bar FROM w'
      : `SELECT bar + n * interval '${wholeNumber(width)} microseconds' AS bar
           FROM w, generate_series(0, (extract(epoch FROM until - bar) * 1000000 - 1)::bigint / ${wholeNumber(width)}) n`;
  return `SELECT slot, bar, coalesce(first, carried) AS first, coalesce(high, carried[5]) AS high, coalesce(low, carried[5]) AS low,
       coalesce(last, carried) AS last, coalesce(volume, 0) AS volume, coalesce(trades, 0) AS trades, vwap
    FROM (SELECT *, first_value(last) OVER (PARTITION BY slot, filled ORDER BY bar) AS carried
            FROM (SELECT g.slot, g.bar, b.first, b.high, b.low, b.last, b.volume, b.trades, b.vwap,
                         count(b.last) OVER (PARTITION BY g.slot ORDER BY g.bar) AS filled
                    FROM (SELECT s.slot, e.bar FROM (SELECT DISTINCT slot FROM bars) s, (${bars}) e
                           WHERE e.bar < ${microsecondText(end)}
                             AND e.bar >= (SELECT min(bar) FROM w WHERE until > ${microsecondText(start)})) g
                    LEFT JOIN bars b USING (slot, bar)) counted) carrying
   WHERE filled > 0`;
}

const windowRows = (windows: readonly BarWindow[]): string =>
  `unnest(${listSql(windows, ({ since }) => microsecondText(since), 'timestamptz')},
          ${listSql(windows, ({ until }) => microsecondText(until), 'timestamptz')},
          ${listSql(windows, ({ begin }) => microsecondText(begin), 'timestamptz')})`;
