import type { BatchHeader } from '@tapeline/contracts';
import { ORDINAL, readString, UNDEF_TIMESTAMP } from '@tapeline/records';
import type { ColumnarBatch } from '@tapeline/records';
import { activeTraceId } from '@tapeline/telemetry';
import type { Storage } from '../storage.js';
import { checkRefused } from './check-batch.js';
import { claim } from './ledger.js';

/**
 * Keeps refused records with rule and reason, all fields exact: 64-bit integers as text, unset values
 * as null. Its ledger row is written in the same transaction.
 * @throws BatchMismatchError, BatchConflictError, or the database's error; nothing is stored then.
 */
export async function writeQuarantine(
  storage: Storage,
  header: BatchHeader,
  batch: ColumnarBatch,
  rules: readonly string[],
  reasons: readonly string[],
): Promise<'written' | 'duplicate'> {
  checkRefused(header, batch, rules, reasons);
  const times = batch.indexTimestamps();
  const ids = batch.column('instrument_id') as Uint32Array;
  const ordinals = batch.ordinals();
  return storage.transaction(async (client) => {
    const entry = { stored: 0, quarantined: batch.length, filtered: 0, first: null, last: null };
    const [destination] = await claim(client, [{ header, entry, traceId: activeTraceId() }]);
    if (!destination) return 'duplicate';
    await client.query(
      `INSERT INTO quarantine (dataset, schema, chunk_id, batch_id, job_id, rules_version,
                               ordinal, instrument_id, ts_ns, rule, reason, record)
       SELECT $1, $2, $3, $4, $5, $6, refused.*
         FROM unnest($7::bigint[], $8::bigint[], $9::numeric[], $10::text[], $11::text[], $12::jsonb[])
              AS refused`,
      [
        header.dataset,
        header.schema,
        header.chunk_id,
        header.batch_id,
        header.job_id,
        header.rules_version,
        Array.from(ordinals),
        Array.from(ids),
        Array.from(times, (time) => (time === UNDEF_TIMESTAMP ? null : String(time))),
        rules,
        reasons,
        Array.from(ordinals, (_, row) => JSON.stringify(recordAsJson(batch, row))),
      ],
    );
    return 'written';
  });
}

/** One record with all its fields, exact. */
export function recordAsJson(batch: ColumnarBatch, row: number): Record<string, unknown> {
  const entries = batch.schema.columns
    .filter((column) => column.name !== ORDINAL)
    .map((column) => {
      const data = batch.column(column.name);
      if (column.type === 'string') {
        return [column.name, readString(data as Uint8Array, column.width, row)];
      }
      const value = data[row]!;
      if (BigInt(value) === column.nullValue) return [column.name, null];
      if (column.type === 'char') return [column.name, String.fromCharCode(Number(value))];
      return [column.name, typeof value === 'bigint' ? String(value) : value];
    });
  return Object.fromEntries(entries) as Record<string, unknown>;
}
