import { ORDINAL } from '@tapeline/records';
import type { SchemaDescription } from '@tapeline/records';
import type { Storage } from '../storage.js';
import type { ColumnCondition } from './column-condition.js';
import { openAnswer } from './open-answer.js';
import type { RangeQuery, TimeseriesOutcome } from './open-answer.js';
import { storedSchema } from './read-schema.js';
import { requestedNames, venueNames } from './symbol-names.js';
import { timeseriesStatement } from './timeseries-statement.js';
import type { Position } from './timeseries-statement.js';

export interface TimeseriesQuery extends RangeQuery {
  readonly limit: number | undefined;
  /** Columns to read beside those that an answer needs in any case; all if undefined. */
  readonly fields: ReadonlySet<string> | undefined;
  /** What the values of columns must be, made from the schema with the columns that rules added. */
  readonly conditions?: ((schema: SchemaDescription) => readonly ColumnCondition[]) | undefined;
  readonly isDescending?: boolean;
  readonly from?: Position | undefined;
}

/**
 * Begins the answer of a schema's records.
 * @param lookups connections that no reader holds, for symbols of records as they come.
 * @param signal stops the statement on the server, also while it waits for the first row.
 */
export function openTimeseries(
  storage: Pick<Storage, 'pool'>,
  lookups: Pick<Storage, 'pool'>,
  query: TimeseriesQuery,
  signal: AbortSignal,
): Promise<TimeseriesOutcome> {
  return openAnswer(storage, query, signal, async (client, datasetId, intervals) => {
    const whole = await storedSchema(client, query.schema);
    const conditions = query.conditions?.(whole) ?? [];
    const schema = narrowed(whole, query.fields);
    const text = timeseriesStatement({ ...query, schema, conditions, datasetId, intervals });
    const symbolNames = intervals ? requestedNames(intervals) : venueNames(lookups, query.dataset);
    return { text, schema, symbolNames };
  });
}

/** The schema with these columns, and those by which records are ordered and have their symbols. */
function narrowed(
  schema: SchemaDescription,
  fields: ReadonlySet<string> | undefined,
): SchemaDescription {
  if (!fields) return schema;
  const needed = new Set([...fields, schema.indexColumn, 'instrument_id', ORDINAL]);
  return { ...schema, columns: schema.columns.filter(({ name }) => needed.has(name)) };
}
