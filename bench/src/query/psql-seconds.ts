import { psql } from '../psql.js';
import { TRADES_FROM, TRADES_UNTIL } from './fill-store.js';

/** How long `psql \copy (…) TO STDOUT` takes for all columns of the trades, in their order; psql writes to /dev/null. */
export async function psqlSeconds(url: string): Promise<number> {
  const select = `SELECT * FROM trades
    WHERE ts_recv >= '${TRADES_FROM.toString()}Z' AND ts_recv < '${TRADES_UNTIL.toString()}Z'
      AND instrument_id = (SELECT instrument_id FROM trades LIMIT 1)
    ORDER BY ts_recv, ts_recv_ns, ordinal`;
  const started = performance.now();
  await psql(url, [`\\copy (${select.replaceAll(/\s+/g, ' ')}) TO '/dev/null'`]);
  return (performance.now() - started) / 1000;
}
