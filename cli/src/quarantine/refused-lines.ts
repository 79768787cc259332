import type { QuarantinedRecord } from '@tapeline/storage';

export const EXPORT_FORMS = ['csv', 'json'] as const;
export type ExportForm = (typeof EXPORT_FORMS)[number];

/** What CSV says of a record beside its own fields. */
const ABOUT = [
  'id',
  'state',
  'severity',
  'dataset',
  'schema',
  'instrument_id',
  'symbol',
  'ts_ns',
  'rule',
  'reason',
  'job_id',
  'chunk_id',
  'batch_id',
  'ordinal',
  'rules_version',
  'refused_at',
  'resolved_at',
  'replay_id',
] as const satisfies readonly (keyof QuarantinedRecord)[];

/**
 * Refused records, one a line: JSON objects, or CSV whose last field `record` holds the record's own fields as JSON,
 * since schemas differ in them. Values are as the gateway gives them: 64-bit integers and prices as integers.
 */
export async function* refusedLines(
  pages: AsyncIterable<readonly QuarantinedRecord[]>,
  form: ExportForm,
): AsyncGenerator<Uint8Array> {
  if (form === 'csv') yield Buffer.from(`${[...ABOUT, 'record'].join(',')}\n`);
  for await (const records of pages) {
    const line = form === 'csv' ? csvLine : (record: QuarantinedRecord) => JSON.stringify(record);
    yield Buffer.from(records.map((record) => `${line(record)}\n`).join(''));
  }
}

const csvLine = (record: QuarantinedRecord): string =>
  [...ABOUT.map((name) => record[name]), JSON.stringify(record.record)]
    .map((value) => csvValue(value === null ? '' : String(value)))
    .join(',');

const csvValue = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
