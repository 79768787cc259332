import { formatTimestamp, utcDate } from '@tapeline/records';
import type { ChunkCheckOf } from '@tapeline/rules';
import { EVERY_INSTRUMENT } from '../planning/coverage-claim.js';
import { definitionAsOf } from '../lookups/definition-as-of.js';
import { nanosecondsOf } from '../lookups/exact-sql.js';
import { MOST_FINDINGS } from './finding.js';
import type { CheckRun, DraftFinding, Found } from './finding.js';
import { shortPrice } from './format-values.js';
import { Parameters } from './parameters.js';
import { rowsIn, rowsOfChunk } from './rows-in.js';

/** stat_type of a settlement price; update_action of one that is withdrawn. */
const SETTLEMENT = 3;
const WITHDRAWN = 2;

/**
 * Settlement prices against the last trade of the 24 hours before they came, where trades are held from that
 * trade on; else against the close of the day that they refer to, where `ohlcv-1d` is held. The unit is the
 * smallest price step in the instrument's definition of the day; without one there is nothing to measure by, and
 * the settlement is passed over.
 */
export async function checkSettlements(
  { client, chunk }: CheckRun,
  check: ChunkCheckOf<'settlement_agrees'>,
): Promise<Found> {
  const parameters = new Parameters();
  const settlements = rowsIn(parameters, rowsOfChunk(chunk), [
    't.instrument_id',
    't.publisher_id',
    't.ts_recv',
    't.ts_recv_ns',
    't.ordinal',
    't.price',
    `date_trunc('day', coalesce(t.ts_ref, t.ts_recv), 'UTC') AS day`,
    't.stat_type',
    't.update_action',
  ]);
  const dataset = parameters.add(chunk.dataset, 'text');
  const datasetId = parameters.add(chunk.datasetId, 'smallint');
  const ticks = parameters.add(check.ticks, 'numeric');
  const heldOf = (schema: string): string =>
    `(SELECT c.instrument_id AS id, range_agg(int8range(c.start_ns, c.end_ns)) AS held
        FROM coverage c JOIN chunk k USING (chunk_id)
       WHERE c.dataset = ${dataset} AND c.schema = '${schema}' AND k.state = 'complete'
         AND c.start_ns < c.end_ns AND c.start_ns < ${parameters.add(chunk.end, 'bigint')}
         AND c.end_ns > ${parameters.add(chunk.start, 'bigint')} - 4 * 86400000000000 GROUP BY 1)`;
  // Joined by equality of instruments, and asked once for those of every instrument.
  const held = (alias: string): string =>
    `coalesce(${alias}.held, '{}')
       + coalesce((SELECT held FROM held_${alias} WHERE id = ${EVERY_INSTRUMENT}), '{}')`;
  const { rows: found } = await client.query<Record<string, string>>(
    `WITH held_trades AS MATERIALIZED ${heldOf('trades')},
          held_bars AS MATERIALIZED ${heldOf('ohlcv-1d')},
          settlements AS MATERIALIZED (
            SELECT s.*, ${nanosecondsOf('s.ts_recv', 's.ts_recv_ns')}::bigint AS ns, ${nanosecondsOf('s.day', '0')}::bigint AS day_ns,
                   d.min_price_increment AS tick, ${held('trades')} AS trades, ${held('bars')} AS bars
              FROM (SELECT * FROM ${settlements} AS r
                     WHERE stat_type = ${SETTLEMENT} AND update_action <> ${WITHDRAWN} AND price IS NOT NULL) AS s
              LEFT JOIN held_trades AS trades ON trades.id = s.instrument_id
              LEFT JOIN held_bars AS bars ON bars.id = s.instrument_id
             CROSS JOIN LATERAL ${definitionAsOf({
               datasetId,
               instrument: 's.instrument_id',
               day: `(s.ts_recv AT TIME ZONE 'UTC')::date`,
               columns: ['min_price_increment'],
             })} AS d
             WHERE d.min_price_increment > 0)
     SELECT s.instrument_id, s.price, s.tick, s.ns, coalesce(l.price, b.close) AS reference, l.ns AS trade_ns,
            s.day_ns, count(*) OVER () AS total
       FROM settlements s
       LEFT JOIN LATERAL (
         SELECT t.price, ${nanosecondsOf('t.ts_recv', 't.ts_recv_ns')}::bigint AS ns FROM trades t
          WHERE s.trades <> '{}' AND t.dataset_id = ${datasetId} AND t.instrument_id = s.instrument_id
            AND t.price IS NOT NULL AND t.ts_recv > s.ts_recv - interval '1 day' AND t.ts_recv <= s.ts_recv
            AND (t.ts_recv, t.ts_recv_ns) <= (s.ts_recv, s.ts_recv_ns)
          ORDER BY t.ts_recv DESC, t.ts_recv_ns DESC, t.ordinal DESC LIMIT 1
       ) AS l ON s.trades @> int8range(l.ns, s.ns, '[]')
       LEFT JOIN LATERAL (
         SELECT o.close FROM ohlcv_1d o
          WHERE l.price IS NULL AND s.bars @> s.day_ns AND o.dataset_id = ${datasetId}
            AND o.instrument_id = s.instrument_id AND o.publisher_id = s.publisher_id AND o.ts_event = s.day LIMIT 1
       ) AS b ON true
      WHERE abs(s.price::numeric - coalesce(l.price, b.close)) > ${ticks} * s.tick
      ORDER BY abs(s.price::numeric - coalesce(l.price, b.close)) / s.tick DESC, s.ns, s.instrument_id, s.ordinal
      LIMIT ${MOST_FINDINGS}`,
    parameters.values,
  );
  return {
    findings: found.map((row) => describe(row, check.ticks)),
    total: Number(found[0]?.['total'] ?? 0),
  };
}

function describe(row: Record<string, string | null>, ticks: number): DraftFinding {
  const [price, reference, tick, at] = ['price', 'reference', 'tick', 'ns'].map((name) =>
    BigInt(row[name]!),
  ) as [bigint, bigint, bigint, bigint];
  const difference = price > reference ? price - reference : reference - price;
  const apart = `${difference / tick}${difference % tick === 0n ? '' : ' and a fraction of'}`;
  const against =
    row['trade_ns'] === null
      ? `the close of ${utcDate(BigInt(row['day_ns']!))}`
      : `the last trade before it at ${formatTimestamp(BigInt(row['trade_ns']!))}`;
  return {
    instrumentId: Number(row['instrument_id']),
    start: at,
    end: at,
    message: `settlement ${shortPrice(price)} of instrument ${row['instrument_id']}, which came at ${formatTimestamp(at)}, is ${shortPrice(difference)} (${apart} ticks of ${shortPrice(tick)}) from ${shortPrice(reference)}, ${against}; at most ${ticks} ticks are expected`,
    details: {
      settlement: String(price),
      reference: String(reference),
      reference_is: row['trade_ns'] === null ? 'close' : 'trade',
      reference_ns: row['trade_ns'] ?? row['day_ns'],
      tick: String(tick),
      ticks: String(difference / tick),
    },
  };
}
