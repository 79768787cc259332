import type { Storage } from '../storage.js';
import { openAnswer } from './open-answer.js';
import type { RangeQuery, TimeseriesOutcome } from './open-answer.js';
import { storedSchema } from './read-schema.js';
import { requestedNames, venueNames } from './symbol-names.js';
import { timeseriesStatement } from './timeseries-statement.js';

export interface TimeseriesQuery extends RangeQuery {
  readonly limit: number | undefined;
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
    const schema = await storedSchema(client, query.schema);
    const text = timeseriesStatement({ ...query, schema, datasetId, intervals });
    const symbolNames = intervals ? requestedNames(intervals) : venueNames(lookups, query.dataset);
    return { text, schema, symbolNames };
  });
}
