import { batchSubject } from '@tapeline/contracts';
import type { BatchHeader } from '@tapeline/contracts';
import { decodeRecords } from '@tapeline/dbn';
import { encodeArrow, SCHEMAS } from '@tapeline/records';
import type { SchemaName } from '@tapeline/records';
import type { Transform } from '@tapeline/rules';

/** What the transformer goes by: the compiled rules of each schema and their version. */
export interface TransformRules {
  readonly transforms: ReadonlyMap<SchemaName, Transform>;
  readonly version: string;
}

/** A batch ready for the next subject. */
export interface OutgoingBatch {
  readonly subject: string;
  readonly header: BatchHeader;
  readonly payload: Uint8Array;
}

/**
 * Decodes raw DBN records of any version into canonical columns and applies the schema's rules. Records
 * that a rule leaves out are counted in the header as filtered.
 * @throws DbnError if the payload is not whole records of the header's schema and version.
 */
export function transformBatch(
  header: BatchHeader,
  records: Uint8Array,
  rules: TransformRules,
): OutgoingBatch {
  const schema = SCHEMAS[header.schema];
  const transform = rules.transforms.get(header.schema);
  if (!transform) throw new Error(`no transform rules for ${header.schema}`);
  const decoded = decodeRecords(schema, header.dbn_version, records, {
    stride: records.length / header.fetched,
    firstOrdinal: header.first_ordinal,
  });
  const { batch } = transform(decoded);
  return {
    subject: batchSubject('transformed', header.dataset, header.schema),
    header: {
      ...header,
      filtered: decoded.length - batch.length,
      rules_version: rules.version,
    },
    payload: encodeArrow(batch),
  };
}
