import type { BatchHeader } from '@tapeline/contracts';
import type { SchemaName } from '@tapeline/records';

/** The header of a raw batch of DBN 3 as the fetcher publishes it, for tests. */
export const rawHeader = (
  schema: SchemaName,
  fetched: number,
  changes: Partial<BatchHeader> = {},
): BatchHeader => ({
  job_id: 'j',
  attempt: 1,
  chunk_id: 'c',
  batch_id: 'c.0',
  dataset: 'GLBX.MDP3',
  schema,
  dbn_version: 3,
  ts_out: false,
  first_ordinal: 0,
  fetched,
  filtered: 0,
  quarantined: 0,
  sha256: '0'.repeat(64),
  rules_version: '-',
  part: 'stored',
  ...changes,
});
