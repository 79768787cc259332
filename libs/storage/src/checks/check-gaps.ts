import { formatTimestamp, nanosecondsName, quoteIdentifier } from '@tapeline/records';
import type { ChunkCheckOf } from '@tapeline/rules';
import { EVERY_INSTRUMENT } from '../planning/coverage-claim.js';
import { nanosecondsBetween, nanosecondsOf } from '../lookups/exact-sql.js';
import type { CheckRun, DraftFinding, Found, OpenInterval } from './finding.js';
import { MOST_FINDINGS } from './finding.js';
import { formatDuration } from './format-values.js';
import { Parameters } from './parameters.js';
import { rowsIn, rowsOfChunk } from './rows-in.js';

const multirange = (intervals: readonly OpenInterval[]): string =>
  `{${intervals
    .filter(({ start, end }) => start < end)
    .map(({ start, end }) => `[${start},${end})`)
    .join(',')}}`;

/**
 * Silences of instruments within what the chunk holds. With a calendar only their parts in open sessions count,
 * each session's for itself; so do the times from the chunk's start to an instrument's first record and from its
 * last to the chunk's end. Without one only silences between two records are looked at: nothing tells whether
 * the market was open before the first and after the last.
 */
export async function checkGaps(
  { client, chunk, openIntervals }: CheckRun,
  check: ChunkCheckOf<'gaps'>,
): Promise<Found> {
  const parameters = new Parameters();
  const time = quoteIdentifier(chunk.schema.indexColumn);
  const rest = quoteIdentifier(nanosecondsName(chunk.schema.indexColumn));
  const rows = rowsIn(parameters, rowsOfChunk(chunk), [
    't.instrument_id',
    't.ordinal',
    `t.${time} AS time`,
    `t.${rest} AS rest`,
  ]);
  const longer = parameters.add(check.longer_than, 'bigint');
  const factor = parameters.add(check.factor, 'bigint');
  const hours = openIntervals?.(chunk.dataset, chunk.start, chunk.end);
  const open = hours ? multirange(hours) : '{(,)}';
  const list = (pick: 'instrumentId' | 'start' | 'end', of: typeof chunk.claims): string =>
    parameters.add(
      of.map((range) => range[pick]),
      'bigint[]',
    );
  const ranges = (of: typeof chunk.claims): string =>
    `(SELECT id, range_agg(int8range(since, until)) AS held
        FROM unnest(${list('instrumentId', of)}, ${list('start', of)}, ${list('end', of)}) AS r (id, since, until)
       WHERE since < until GROUP BY id)`;
  const edges = parameters.add(hours !== undefined, 'boolean');
  const { rows: found } = await client.query<Record<string, string>>(
    `WITH held AS MATERIALIZED ${ranges(chunk.claims)},
          excluded AS MATERIALIZED ${ranges(chunk.excluded)},
          steps AS (
            SELECT instrument_id, time, rest, before_time, before_rest, is_last,
                   ${nanosecondsBetween(['before_time', 'before_rest'], ['time', 'rest'])} AS length
              FROM (SELECT instrument_id, time, rest, lag(time) OVER w AS before_time, lag(rest) OVER w AS before_rest,
                           lead(time) OVER w IS NULL AS is_last
                      FROM ${rows} AS r WINDOW w AS (PARTITION BY instrument_id ORDER BY time, rest, ordinal)) AS l),
          instruments AS (
            SELECT instrument_id, percentile_disc(0.99) WITHIN GROUP (ORDER BY length) AS typical, count(length) AS intervals,
                   min(${nanosecondsOf('time', 'rest')}) FILTER (WHERE length IS NULL) AS first,
                   min(${nanosecondsOf('time', 'rest')}) FILTER (WHERE is_last) AS last,
                   array_agg(${nanosecondsOf('before_time', 'before_rest')}::bigint) FILTER (WHERE length > ${longer}) AS befores,
                   array_agg(${nanosecondsOf('time', 'rest')}::bigint) FILTER (WHERE length > ${longer}) AS afters
              FROM steps GROUP BY instrument_id HAVING count(length) >= 100),
          silences AS (
            SELECT instrument_id, typical, intervals, since, until
              FROM instruments CROSS JOIN LATERAL (
                SELECT * FROM unnest(befores, afters) AS between_records (since, until)
                 UNION ALL SELECT ${parameters.add(chunk.start, 'bigint')}, first::bigint WHERE ${edges}
                 UNION ALL SELECT last::bigint, ${parameters.add(chunk.end, 'bigint')} WHERE ${edges}
              ) AS s (since, until)
             WHERE until - since > ${longer} AND until - since > ${factor} * typical)
     SELECT instrument_id, typical, intervals, lower(part) AS since, upper(part) AS until, count(*) OVER () AS total
       FROM silences
       LEFT JOIN held h ON h.id = instrument_id
       LEFT JOIN excluded x ON x.id = instrument_id
       CROSS JOIN LATERAL unnest(${parameters.add(open, 'int8multirange')} * int8multirange(int8range(since, until))
         * (coalesce(h.held, '{}') + coalesce((SELECT held FROM held WHERE id = ${EVERY_INSTRUMENT}), '{}') - coalesce(x.held, '{}'))) AS part
      WHERE upper(part) - lower(part) > ${longer} AND upper(part) - lower(part) > ${factor} * typical
      ORDER BY upper(part) - lower(part) DESC, instrument_id, 4 LIMIT ${MOST_FINDINGS}`,
    parameters.values,
  );
  const findings = found.map((row): DraftFinding => {
    const [start, end, typical] = [row['since'], row['until'], row['typical']].map((text) =>
      BigInt(text!),
    ) as [bigint, bigint, bigint];
    return {
      instrumentId: Number(row['instrument_id']),
      start,
      end,
      message: `instrument ${row['instrument_id']} was silent for ${formatDuration(end - start)}, from ${formatTimestamp(start)} to ${formatTimestamp(end)}${hours ? ' while its market was open' : ''}; of its ${row['intervals']} intervals in the chunk 99 % are at most ${formatDuration(typical)}`,
      details: {
        silence_ns: String(end - start),
        typical_ns: String(typical),
        intervals: Number(row['intervals']),
        by_calendar: hours !== undefined,
      },
    };
  });
  return { findings, total: Number(found[0]?.['total'] ?? 0) };
}
