import { batchSubject } from '@tapeline/contracts';
import type { BatchHeader } from '@tapeline/contracts';
import { decodeRecords } from '@tapeline/dbn';
import { encodeArrow, SCHEMAS } from '@tapeline/records';
import type { ColumnarBatch } from '@tapeline/records';
import type { Lookups } from './expressions/index.js';
import type { RuleSet } from './rule-set/rule-set.js';
import { surroundingsOf } from './surroundings-of.js';

/** A batch ready for the next subject. */
export interface OutgoingBatch {
  readonly subject: string;
  readonly header: BatchHeader;
  readonly payload: Uint8Array;
}

/**
 * Decodes raw DBN records of any version into canonical columns.
 * @throws DbnError if the payload is not whole records of the header's schema and version.
 */
export function decodeBatch(header: BatchHeader, records: Uint8Array): ColumnarBatch {
  return decodeRecords(SCHEMAS[header.schema], header.dbn_version, records, {
    stride: records.length / header.fetched,
    firstOrdinal: header.first_ordinal,
  });
}

/** Applies the schema's rules. Records that a rule leaves out are counted in the header as filtered. */
export function transformBatch(
  header: BatchHeader,
  decoded: ColumnarBatch,
  ruleSet: RuleSet,
  lookups?: Lookups,
): OutgoingBatch {
  const rules = ruleSet.schemas.get(header.schema)!;
  const { batch, outcomes } = rules.transform(
    decoded,
    surroundingsOf(ruleSet, header.dataset, lookups),
  );
  return {
    subject: batchSubject('transformed', header.dataset, header.schema),
    header: {
      ...header,
      filtered: decoded.length - batch.length,
      rules_version: ruleSet.transformVersion,
    },
    payload: encodeArrow(batch, {}, outcomes),
  };
}
