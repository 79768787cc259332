import { ORDINAL, quoteIdentifier, SCHEMAS } from '@tapeline/records';
import type { ColumnDescription } from '@tapeline/records';
import { definitionAsOf } from '../lookups/definition-as-of.js';
import { asText, exactText } from '../lookups/exact-sql.js';
import type { Storage } from '../storage.js';
import { dayBounds, instrumentConditions } from './instrument-filter.js';
import type { InstrumentFilter } from './instrument-filter.js';

/** Values as text: of a price its units of 1e-9, of a time its nanoseconds; null where they are unset. */
export type DefinitionValues = Readonly<Record<string, string | null>>;

export interface Instrument {
  readonly dataset: string;
  /** By the columns of {@link INSTRUMENT_COLUMNS}. */
  readonly definition: DefinitionValues;
  /** Of a spread, in order, by the columns of {@link LEG_COLUMNS}. */
  readonly legs: readonly DefinitionValues[];
}

/** Where a page of instruments begins: after this one. */
export interface InstrumentPosition {
  readonly dataset: string;
  readonly instrumentId: number;
}

const isOfLeg = ({ name }: ColumnDescription): boolean =>
  name.startsWith('leg_') && name !== 'leg_count';

/** What an instrument as a whole has; its definition has the others for each of its legs. */
export const INSTRUMENT_COLUMNS = SCHEMAS.definition.columns.filter(
  (column) => column.name !== ORDINAL && !isOfLeg(column),
);
export const LEG_COLUMNS = SCHEMAS.definition.columns.filter(isOfLeg);

const STORED = INSTRUMENT_COLUMNS.flatMap(({ name, type }) =>
  type === 'timestamp' ? [name, `${name}_ns`] : [name],
);
const textsOf = (columns: readonly ColumnDescription[]): string =>
  columns
    .map((column) => `${exactText(column, 't')} AS ${quoteIdentifier(column.name)}`)
    .join(', ');

/** The definition of a spread is as many records as it has legs, all of one time. */
const LEGS = `SELECT (p.n - 1)::int AS n, ${textsOf(LEG_COLUMNS)}
  FROM unnest($1::text[], $2::bigint[], $3::timestamptz[], $4::smallint[])
         WITH ORDINALITY AS p (code, instrument_id, at, rest, n)
  JOIN dataset d ON d.code = p.code
  JOIN LATERAL (SELECT DISTINCT ON (leg_index) * FROM definition l
                 WHERE l.dataset_id = d.id AND l.instrument_id = p.instrument_id
                   AND l.ts_recv = p.at AND l.ts_recv_ns = p.rest AND l.leg_count > 0
                 ORDER BY leg_index, ordinal DESC) AS t ON true
 ORDER BY p.n, t.leg_index`;

/**
 * Instruments by the definitions that hold on a UTC day, in order of dataset and id; which of several holds is said at
 * {@link definitionAsOf}. An expired instrument keeps its last definition.
 * @param date `YYYY-MM-DD`
 */
export async function readInstruments(
  { pool }: Pick<Storage, 'pool'>,
  date: string,
  filter: InstrumentFilter,
  page: { readonly limit: number; readonly after?: InstrumentPosition | undefined },
): Promise<Instrument[]> {
  const values: unknown[] = [];
  const add = (value: unknown): string => `$${values.push(value)}`;
  const day = `${add(date)}::date`;
  const conditions = instrumentConditions(filter, add, day);
  const { after, limit } = page;
  const beyond = after
    ? ` AND (d.code, c.instrument_id) > (${add(after.dataset)}, ${add(after.instrumentId)}::bigint)`
    : '';
  const held = definitionAsOf({
    datasetId: 'k.dataset_id',
    instrument: 'k.instrument_id',
    day,
    columns: STORED,
  });
  // The definition that holds meets the conditions, so whatever never met them need not be looked at.
  const { rows } = await pool.query<Record<string, string | null>>({
    text: `SELECT d.code, to_char(t.ts_recv AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at,
                  t.ts_recv_ns AS rest, ${textsOf(INSTRUMENT_COLUMNS)}
             FROM (SELECT DISTINCT c.dataset_id, c.instrument_id
                     FROM definition c JOIN dataset d ON d.id = c.dataset_id
                    WHERE c.ts_recv < ${dayBounds(day)[1]}${beyond}${conditions('c', 'd')}) AS k
             JOIN dataset d ON d.id = k.dataset_id
             JOIN LATERAL ${held} AS t ON true
            WHERE true${conditions('t', 'd')}
            ORDER BY d.code, t.instrument_id LIMIT ${add(limit)}`,
    values,
    types: asText,
  });
  const pick = (name: string) => rows.map((row) => row[name]);
  const legs = await pool.query<Record<string, string | null>>({
    text: LEGS,
    values: ['code', 'instrument_id', 'at', 'rest'].map(pick),
    types: asText,
  });
  const byInstrument = Map.groupBy(legs.rows, ({ n }) => Number(n));
  return rows.map(({ code, at: _at, rest: _rest, ...definition }, index) => ({
    dataset: code!,
    definition,
    legs: (byInstrument.get(index) ?? []).map(({ n: _n, ...leg }) => leg),
  }));
}
