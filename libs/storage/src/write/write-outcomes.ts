import type { BatchHeader, RuleOutcome } from '@tapeline/contracts';
import type { PoolClient } from 'pg';

/** Keeps what rules did to records of a batch, in the transaction that writes its rows. */
export async function writeOutcomes(
  client: PoolClient,
  header: BatchHeader,
  outcomes: readonly RuleOutcome[],
): Promise<void> {
  if (outcomes.length === 0) return;
  await client.query(
    `INSERT INTO rule_outcome (batch_id, stage, rule, severity, chunk_id, job_id, dataset, schema, records,
                               ordinals, examples, rules_version)
     SELECT $1, stage, rule, severity, $2, $3, $4, $5, records, ordinals::int8multirange, examples, $6
       FROM unnest($7::text[], $8::text[], $9::text[], $10::int[], $11::text[], $12::jsonb[])
            AS given (stage, rule, severity, records, ordinals, examples)
     ON CONFLICT DO NOTHING`,
    [
      header.batch_id,
      header.chunk_id,
      header.job_id,
      header.dataset,
      header.schema,
      header.rules_version,
      outcomes.map(({ stage }) => stage),
      outcomes.map(({ rule }) => rule),
      outcomes.map(({ severity }) => severity),
      outcomes.map(({ records }) => records),
      outcomes.map(
        ({ ordinals }) => `{${ordinals.map(([from, to]) => `[${from},${to})`).join(',')}}`,
      ),
      outcomes.map(({ examples }) => JSON.stringify(examples)),
    ],
  );
}
