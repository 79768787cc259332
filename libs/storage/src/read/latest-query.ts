import { copyOutList, nanosecondsName, ORDINAL, quoteIdentifier } from '@tapeline/records';
import type { Storage } from '../storage.js';
import { openAnswer } from './open-answer.js';
import type { RangeQuery, TimeseriesOutcome } from './open-answer.js';
import { storedSchema } from './read-schema.js';
import { requestedNames } from './symbol-names.js';
import { memberList, microsecondText, wholeNumber } from './timeseries-statement.js';

/**
 * Begins an answer of the last record of each symbol in a range; of a parent, of each of its instruments.
 * @param query not for ALL_SYMBOLS: whoever asks names symbols.
 * @param signal stops the statement on the server.
 */
export function openLatest(
  storage: Pick<Storage, 'pool'>,
  query: RangeQuery,
  signal: AbortSignal,
): Promise<TimeseriesOutcome> {
  return openAnswer(storage, query, signal, async (client, datasetId, intervals = []) => {
    const schema = await storedSchema(client, query.schema);
    const time = quoteIdentifier(schema.indexColumn);
    const rest = quoteIdentifier(nanosecondsName(schema.indexColumn));
    const down = [time, rest, quoteIdentifier(ORDINAL)].map((name) => `${name} DESC`).join(', ');
    const isByInstrument = query.stypeIn === 'parent';
    const keys = [...new Set(intervals.map(({ symbol }) => symbol))];
    const members = intervals.map((interval) => ({
      ...interval,
      slot: isByInstrument ? interval.instrumentId : keys.indexOf(interval.symbol),
    }));
    const end = `(${microsecondText(query.end)}, ${wholeNumber(Number(query.end % 1000n))})`;
    const start = `(${microsecondText(query.start)}, ${wholeNumber(Number(query.start % 1000n))})`;
    // For each instrument one look at the end of its part of the index.
    const text = `COPY (SELECT ${copyOutList(schema)} FROM (
      SELECT DISTINCT ON (m.slot) t.* FROM ${memberList(members)} AS m (slot, id, since, until), LATERAL (
        SELECT * FROM ${quoteIdentifier(schema.table)} r
         WHERE r.dataset_id = ${wholeNumber(datasetId)} AND r.instrument_id = m.id
           AND r.${time} >= greatest(m.since, ${microsecondText(query.start)}) AND r.${time} < m.until
           AND r.${time} <= ${microsecondText(query.end - 1n)}
           AND (r.${time}, r.${rest}) >= ${start} AND (r.${time}, r.${rest}) < ${end}
         ORDER BY ${down} LIMIT 1) AS t
       ORDER BY m.slot, ${down}) AS t ORDER BY t.instrument_id) TO STDOUT (FORMAT binary)`;
    return { text, schema, symbolNames: requestedNames(intervals) };
  });
}
