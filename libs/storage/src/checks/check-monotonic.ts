import { formatTimestamp, nanosecondsName, quoteIdentifier } from '@tapeline/records';
import { EVERY_INSTRUMENT } from '../planning/coverage-claim.js';
import { nanosecondsOf } from '../lookups/exact-sql.js';
import type { CheckRun, DraftFinding, Found } from './finding.js';
import { MOST_FINDINGS } from './finding.js';
import { formatDuration } from './format-values.js';
import { Parameters } from './parameters.js';
import { rowsIn, rowsOfChunk } from './rows-in.js';

/**
 * Where the index timestamp goes back in the source's order: from one batch to the next by the ledger, within
 * a batch by the rows' ordinals. Records that are not stored are not looked at.
 */
export async function checkMonotonic(run: CheckRun): Promise<Found> {
  const between = await betweenBatches(run);
  const within = await withinBatches(run);
  return {
    findings: [...between.findings, ...within.findings].slice(0, MOST_FINDINGS),
    total: between.total + within.total,
  };
}

/** Batches of the chunk in order, each with the ordinal of its first record. */
const BATCHES = `SELECT batch_id, first_ns, last_ns,
         sum(fetched) OVER (ORDER BY sequence) - fetched AS first_ordinal, sequence
    FROM (SELECT batch_id, substring(batch_id FROM '[0-9]+$')::bigint AS sequence, max(fetched) AS fetched,
                 min(first_ns) AS first_ns, max(last_ns) AS last_ns
            FROM ledger WHERE chunk_id = $1 GROUP BY batch_id) AS l`;

async function betweenBatches({ client, chunk }: CheckRun): Promise<Found> {
  const { rows } = await client.query<Record<string, string>>(
    `SELECT *, count(*) OVER () AS total
       FROM (SELECT batch_id, sequence, first_ns, lag(batch_id) OVER w AS before_id,
                    max(last_ns) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before_ns
               FROM (${BATCHES}) AS b WHERE first_ns IS NOT NULL WINDOW w AS (ORDER BY sequence)) AS s
      WHERE first_ns < before_ns ORDER BY sequence LIMIT ${MOST_FINDINGS}`,
    [chunk.chunkId],
  );
  const findings = rows.map((row): DraftFinding => {
    const [start, end] = [BigInt(row['first_ns']!), BigInt(row['before_ns']!)];
    return {
      instrumentId: EVERY_INSTRUMENT,
      start,
      end,
      message: `batch ${row['batch_id']} begins at ${formatTimestamp(start)}, ${formatDuration(end - start)} before the latest record of the batches ahead of it, the last of them ${row['before_id']}`,
      details: {
        batch_id: row['batch_id'],
        before_batch_id: row['before_id'],
        first_ns: String(start),
        before_ns: String(end),
      },
    };
  });
  return { findings, total: Number(rows[0]?.['total'] ?? 0) };
}

async function withinBatches({ client, chunk }: CheckRun): Promise<Found> {
  const parameters = new Parameters();
  const id = parameters.add(chunk.chunkId, 'text');
  const time = quoteIdentifier(chunk.schema.indexColumn);
  const rest = quoteIdentifier(nanosecondsName(chunk.schema.indexColumn));
  const rows = rowsIn(parameters, rowsOfChunk(chunk), [
    't.instrument_id',
    't.ordinal',
    `t.${time} AS time`,
    `t.${rest} AS rest`,
  ]);
  const batches = BATCHES.replace('$1', id);
  const { rows: found } = await client.query<Record<string, string>>(
    `SELECT instrument_id, ordinal, before_ordinal, before_instrument, ${nanosecondsOf('time', 'rest')} AS ns,
            ${nanosecondsOf('before_time', 'before_rest')} AS before_ns, count(*) OVER () AS total
       FROM (SELECT *, lag(time) OVER w AS before_time, lag(rest) OVER w AS before_rest,
                    lag(ordinal) OVER w AS before_ordinal, lag(instrument_id) OVER w AS before_instrument
               FROM ${rows} AS r WINDOW w AS (ORDER BY ordinal)) AS s,
            (SELECT coalesce(array_agg(first_ordinal::bigint ORDER BY first_ordinal), '{}') AS starts
               FROM (${batches}) AS b) AS b
      WHERE (time, rest) < (before_time, before_rest)
        AND (starts = '{}' OR width_bucket(ordinal, starts) = width_bucket(before_ordinal, starts))
      ORDER BY ordinal LIMIT ${MOST_FINDINGS}`,
    parameters.values,
  );
  const findings = found.map((row): DraftFinding => {
    const [start, end] = [BigInt(row['ns']!), BigInt(row['before_ns']!)];
    const other =
      row['before_instrument'] === row['instrument_id']
        ? ''
        : ` of instrument ${row['before_instrument']}`;
    return {
      instrumentId: Number(row['instrument_id']),
      start,
      end,
      message: `record ${row['ordinal']} of the chunk, of instrument ${row['instrument_id']}, is stamped ${chunk.schema.indexColumn} ${formatTimestamp(start)}, ${formatDuration(end - start)} before record ${row['before_ordinal']}${other} ahead of it`,
      details: {
        ordinal: Number(row['ordinal']),
        before_ordinal: Number(row['before_ordinal']),
        before_instrument_id: Number(row['before_instrument']),
        time_ns: String(start),
        before_ns: String(end),
      },
    };
  });
  return { findings, total: Number(found[0]?.['total'] ?? 0) };
}
