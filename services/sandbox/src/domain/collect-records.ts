/** For tests: everything a query gives, decoded. */
import { decodeRecords } from '@tapeline/dbn';
import { SCHEMAS } from '@tapeline/records';
import type { ColumnarBatch, SchemaName } from '@tapeline/records';
import type { MarketSource, RecordQuery, TimeRange } from './market-source.js';

/** ns since epoch of a date or datetime in UTC. */
export const at = (text: string): bigint =>
  Temporal.Instant.from(text.includes('T') ? text : `${text}T00:00Z`).epochNanoseconds;

/** A query for all instruments of GLBX.MDP3, or for those given by id. */
export function queryOf(
  schema: SchemaName,
  start: string,
  end: string,
  ids?: readonly number[],
): RecordQuery {
  const range: TimeRange = { start: at(start), end: at(end) };
  const selection = ids ? new Map(ids.map((id) => [id, [range]])) : null;
  return { dataset: 'GLBX.MDP3', schema: SCHEMAS[schema], ...range, selection };
}

export async function collectBytes(source: MarketSource, query: RecordQuery): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const { bytes } of source.records(query)) parts.push(bytes);
  return Buffer.concat(parts);
}

export async function collectBatch(
  source: MarketSource,
  query: RecordQuery,
): Promise<ColumnarBatch> {
  const version = source.versionOf(query);
  const stride = query.schema.recordSize[version];
  const bytes = await collectBytes(source, query);
  return decodeRecords(query.schema, version, bytes, { stride, firstOrdinal: 0 });
}

/** The id of a raw symbol in GLBX.MDP3. */
export function idOf(source: MarketSource, rawSymbol: string): number {
  const listing = source
    .directory('GLBX.MDP3')
    .listings.find((listing) => listing.rawSymbol === rawSymbol);
  if (!listing) throw new Error(`${rawSymbol} is not listed`);
  return listing.instrumentId;
}
