/** What travels in the NATS headers of every batch, from the raw one to the stored one. */
import { z } from 'zod';
import { isSchemaName } from '@tapeline/records';
import type { SchemaName } from '@tapeline/records';

const count = z.coerce.number().int().nonnegative();
const schemaName = z.custom<SchemaName>(
  (value) => typeof value === 'string' && isSchemaName(value),
  { error: (issue) => `'${String(issue.input)}' is no schema that tapeline knows` },
);

/** Header names by field; `Nats-Msg-Id` and `traceparent` stand beside them. */
const NAMES = {
  job_id: 'Tapeline-Job',
  attempt: 'Tapeline-Attempt',
  chunk_id: 'Tapeline-Chunk',
  batch_id: 'Tapeline-Batch',
  dataset: 'Tapeline-Dataset',
  schema: 'Tapeline-Schema',
  dbn_version: 'Tapeline-Dbn-Version',
  ts_out: 'Tapeline-Ts-Out',
  first_ordinal: 'Tapeline-First-Ordinal',
  fetched: 'Tapeline-Fetched',
  filtered: 'Tapeline-Filtered',
  quarantined: 'Tapeline-Quarantined',
  sha256: 'Tapeline-Sha256',
  rules_version: 'Tapeline-Rules-Version',
  part: 'Tapeline-Part',
  replay: 'Tapeline-Replay',
} as const;

const batchHeader = z.object({
  job_id: z.string().min(1),
  /** Stream sequence of the command: the same on its redeliveries, another when a job is sent again. */
  attempt: count,
  chunk_id: z.string().min(1),
  /** `<chunk_id>.<sequence>`, the same on every retry. */
  batch_id: z.string().min(1),
  dataset: z.string().min(1),
  schema: schemaName,
  /** Version of the DBN records in a raw batch. */
  dbn_version: z.coerce.number().pipe(z.union([z.literal(1), z.literal(2), z.literal(3)])),
  /** Whether each raw record ends with eight bytes of gateway send time. */
  ts_out: z.enum(['0', '1']).transform((value) => value === '1'),
  /** Position in the chunk of the batch's first record. */
  first_ordinal: count,
  /** Records of the batch as fetched. */
  fetched: count,
  /** Of these, records that a rule left out. */
  filtered: count,
  /** Of these, records that a rule refused. */
  quarantined: count,
  /** Of the raw batch's bytes: a retry that was cut differently is told from a redelivery. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Version of the rules that the batch has passed, `-` before the first. */
  rules_version: z.string().min(1),
  /** `stored`, or `quarantined.<n>` for the n-th message of the batch's refused records. */
  part: z.string().regex(/^(stored|quarantined\.\d+)$/),
  /** The replay for which a batch comes again, with `:dry` if nothing is to be changed. */
  replay: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}(:dry)?$/)
    .optional(),
});

export type BatchHeader = z.infer<typeof batchHeader>;

/** The header as text pairs for the message. */
export function writeBatchHeader(header: BatchHeader): Record<string, string> {
  return Object.fromEntries(
    Object.entries(NAMES).flatMap(([field, name]) => {
      const value = header[field as keyof BatchHeader];
      if (value === undefined) return [];
      return [[name, typeof value === 'boolean' ? String(Number(value)) : String(value)]];
    }),
  );
}

/**
 * Reads the header of a message.
 * @param get the value of a message header, empty or undefined where there is none.
 * @throws z.ZodError that names each missing or malformed field.
 */
export function readBatchHeader(get: (name: string) => string | undefined): BatchHeader {
  const fields = Object.entries(NAMES).map(([field, name]) => [field, get(name) || undefined]);
  return batchHeader.parse(Object.fromEntries(fields));
}

/**
 * The message id by which JetStream drops repeated publishes of the same part of the same batch. Job and
 * attempt belong to it, so that a batch that became a dead letter gets through when its job, or another
 * one that needs it, is sent again; the ledger makes the rest harmless.
 */
export const batchMessageId = (
  stage: string,
  header: Pick<BatchHeader, 'job_id' | 'attempt' | 'batch_id' | 'part'>,
): string => `${stage}:${header.job_id}:${header.attempt}:${header.batch_id}:${header.part}`;
