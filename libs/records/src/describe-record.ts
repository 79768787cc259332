import { MESSAGES } from './messages.js';
import type { RecordDescription } from './schema-description.js';
import { schemaByCode, SCHEMAS } from './schemas.js';

/** Two schemas share rtype 1: records alone do not tell them apart. */
const AMBIGUOUS = new Set(['tbbo']);

const BY_RTYPE = new Map<number, RecordDescription>(
  [...Object.values(SCHEMAS), ...Object.values(MESSAGES)]
    .filter(({ name }) => !AMBIGUOUS.has(name))
    .map((description) => [description.rtype, description]),
);

/**
 * What records of an rtype are, or undefined if tapeline does not know it.
 * @param schemaCode the schema number of the stream's metadata, null where it mixes schemas: it tells tbbo
 *   from mbp-1.
 */
export function describeRecord(
  rtype: number,
  schemaCode: number | null,
): RecordDescription | undefined {
  const schema = schemaCode === null ? undefined : schemaByCode(schemaCode);
  return schema?.rtype === rtype ? schema : BY_RTYPE.get(rtype);
}

/** The same, but bars that do not tell their length have that of the metadata's schema. */
export function describeUpgraded(
  rtype: number,
  schemaCode: number | null,
): RecordDescription | undefined {
  const schema = schemaCode === null ? undefined : schemaByCode(schemaCode);
  const isOldBar = rtype === MESSAGES.ohlcv.rtype && schema?.name.startsWith('ohlcv-');
  return isOldBar ? schema : describeRecord(rtype, schemaCode);
}
