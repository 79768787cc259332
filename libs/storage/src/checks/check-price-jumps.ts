import { formatTimestamp, nanosecondsName, quoteIdentifier } from '@tapeline/records';
import { priceColumn } from '@tapeline/rules';
import type { ChunkCheckOf } from '@tapeline/rules';
import { definitionAsOf } from '../lookups/definition-as-of.js';
import { nanosecondsOf } from '../lookups/exact-sql.js';
import { MOST_FINDINGS, NOTHING_FOUND } from './finding.js';
import type { CheckRun, DraftFinding, Found } from './finding.js';
import { formatShare, shortPrice } from './format-values.js';
import { Parameters } from './parameters.js';
import { rowsIn, rowsOfChunk } from './rows-in.js';

/**
 * Prices farther from the instrument's previous one in the chunk than a share of it. Of order and book
 * events only trades are followed: orders far from the market come and go. After a price of 0 every other is
 * reported. An instrument without a definition is not known to be a spread, and is looked at.
 */
export async function checkPriceJumps(
  { client, chunk }: CheckRun,
  check: ChunkCheckOf<'price_jump'>,
): Promise<Found> {
  const { schema } = chunk;
  const price = priceColumn(schema.name);
  if (price === undefined) return NOTHING_FOUND;
  const parameters = new Parameters();
  const time = quoteIdentifier(schema.indexColumn);
  const rest = quoteIdentifier(nanosecondsName(schema.indexColumn));
  const hasAction = schema.columns.some(({ name }) => name === 'action');
  const rows = rowsIn(parameters, rowsOfChunk(chunk), [
    't.instrument_id',
    't.ordinal',
    `t.${time} AS time`,
    `t.${rest} AS rest`,
    `t.${quoteIdentifier(price)} AS price`,
    hasAction ? 't.action' : `'T'::"char" AS action`,
  ]);
  const { numerator, denominator, text } = check.beyond;
  const least = parameters.add(Number(numerator) / Number(denominator), 'float8');
  // In doubles first, and a little more than enough, since they take a fraction of the time of numerics.
  const jumps = `SELECT instrument_id, time, rest, price, before, before_time, before_rest
       FROM (SELECT *, lag(price) OVER w AS before, lag(time) OVER w AS before_time, lag(rest) OVER w AS before_rest
               FROM ${rows} AS r WHERE action = 'T' AND price IS NOT NULL
             WINDOW w AS (PARTITION BY instrument_id ORDER BY time, rest, ordinal)) AS s
      WHERE price <> before
        AND abs(price::float8 - before::float8) >= 0.999999 * ${least} * abs(before::float8)
        AND abs(price::numeric - before) * ${parameters.add(denominator, 'numeric')}
            > abs(before::numeric) * ${parameters.add(numerator, 'numeric')}`;
  const outright = check.spreads
    ? 'SELECT * FROM jumps'
    : `SELECT jumps.* FROM jumps
         JOIN (SELECT d.*, def.instrument_class
                 FROM (SELECT DISTINCT instrument_id, (time AT TIME ZONE 'UTC')::date AS day FROM jumps) AS d
                 LEFT JOIN LATERAL ${definitionAsOf({
                   datasetId: parameters.add(chunk.datasetId, 'smallint'),
                   instrument: 'd.instrument_id',
                   day: 'd.day',
                   columns: ['instrument_class'],
                 })} AS def ON true) AS c
           ON c.instrument_id = jumps.instrument_id AND c.day = (jumps.time AT TIME ZONE 'UTC')::date
        WHERE coalesce(c.instrument_class, ' ') NOT IN ('S', 'T', 'M')`;
  const { rows: found } = await client.query<Record<string, string>>(
    `WITH jumps AS MATERIALIZED (${jumps})
     SELECT instrument_id, price, before, ${nanosecondsOf('time', 'rest')} AS ns,
            ${nanosecondsOf('before_time', 'before_rest')} AS before_ns, count(*) OVER () AS total
       FROM (${outright}) AS o
      ORDER BY abs(price::numeric - before) / nullif(abs(before::numeric), 0) DESC NULLS FIRST, time, rest
      LIMIT ${MOST_FINDINGS}`,
    parameters.values,
  );
  const findings = found.map((row): DraftFinding => {
    const [now, before] = [BigInt(row['price']!), BigInt(row['before']!)];
    const [end, start] = [BigInt(row['ns']!), BigInt(row['before_ns']!)];
    const share = formatShare(now - before, before);
    return {
      instrumentId: Number(row['instrument_id']),
      start: end,
      end,
      message: `${price} ${shortPrice(now)} of instrument ${row['instrument_id']} at ${formatTimestamp(end)} is ${shortPrice(now - before).replace('-', '')} ${now > before ? 'above' : 'below'} ${shortPrice(before)}, the one before it at ${formatTimestamp(start)}${share === undefined ? '' : `: ${share}`}, beyond ${text}`,
      details: {
        price: String(now),
        before: String(before),
        time_ns: String(end),
        before_ns: String(start),
        beyond: text,
      },
    };
  });
  return { findings, total: Number(found[0]?.['total'] ?? 0) };
}
