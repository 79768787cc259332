import type { JobEventOf } from '@tapeline/contracts';
import type { PoolClient } from 'pg';

/** Enters a response of the source into the ledger of spending. The first account of a response stands. */
export async function projectSpend(
  client: PoolClient,
  event: JobEventOf<'received'>,
): Promise<void> {
  await client.query(
    `INSERT INTO spend (chunk_id, part, job_id, dataset, schema, at, records, bytes, repeated, is_cut, usd)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     ON CONFLICT (chunk_id, part) DO NOTHING`,
    [
      event.chunk_id,
      event.part,
      event.job_id,
      event.dataset,
      event.schema,
      event.at,
      event.records,
      event.bytes,
      event.repeated,
      event.is_cut,
      event.usd,
    ],
  );
}
