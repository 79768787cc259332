import { derivedColumn, SCHEMAS } from '@tapeline/records';
import type { SchemaDescription } from '@tapeline/records';
import type { Storage } from '../storage.js';
import { openAnswer } from './open-answer.js';
import type { RangeQuery, TimeseriesOutcome } from './open-answer.js';
import { countStatement } from './timeseries-statement.js';

/** One row with one whole number. */
const COUNT: SchemaDescription = {
  ...SCHEMAS.trades,
  columns: [derivedColumn('records', 'int', 'how many records there are')],
};

/**
 * Counts the records of a range, with its symbols and gaps of the same moment; `records` of the answer is at its end.
 * @param signal stops the statement on the server.
 */
export async function countTimeseries(
  storage: Pick<Storage, 'pool'>,
  query: RangeQuery & { readonly limit: number | undefined },
  signal: AbortSignal,
): Promise<{ readonly outcome: TimeseriesOutcome; readonly count: number }> {
  const outcome = await openAnswer(storage, query, signal, (_, datasetId, intervals) => {
    const text = countStatement({ ...query, schema: SCHEMAS[query.schema], datasetId, intervals });
    const symbolNames = () => Promise.resolve({ names: [null], slots: new Uint32Array(1) });
    return Promise.resolve({ text, schema: COUNT, symbolNames });
  });
  if (outcome.outcome !== 'answer') return { outcome, count: 0 };
  try {
    const first = await outcome.records.next();
    const count = Number(first!.batch.column('records')[0]);
    await outcome.records.next();
    return { outcome, count };
  } finally {
    await outcome.records.close();
  }
}
