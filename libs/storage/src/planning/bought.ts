/**
 * SQL for the UTC day on which the bytes of chunk `k` came from the source. One that is taken from the
 * archive again is fetched later than it was bought.
 */
export const BOUGHT = `(least(k.fetched_at, (SELECT max(at) FROM spend WHERE spend.chunk_id IN (k.chunk_id, k.request ->> 'replays')))
                  AT TIME ZONE 'UTC')::date`;
