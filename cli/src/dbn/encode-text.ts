import { csvHeader, encodeCsv, encodeJson } from '@tapeline/dbn';
import type { TextOptions } from '@tapeline/dbn';
import type { OneKind } from './refuse-mixed.js';
import { columnsOf } from './select-records.js';
import type { SelectedRecords } from './select-records.js';

/** Pretty prices and times; symbols come with the records. */
export type Pretty = Pick<TextOptions, 'prettyPx' | 'prettyTs'>;

const NO_SYMBOLS = (): null => null;

const textOptions = (pretty: Pretty, { symbolOf }: SelectedRecords): TextOptions => ({
  ...pretty,
  ...(symbolOf && { symbolOf }),
});

/** Lines of CSV, as Databento writes it. */
export async function* csvLines(
  { description, records }: OneKind,
  pretty: Pretty,
  { header, symbols }: { readonly header: boolean; readonly symbols: boolean },
): AsyncGenerator<Uint8Array> {
  if (header) {
    yield Buffer.from(csvHeader(description, symbols ? { symbolOf: NO_SYMBOLS } : {}));
  }
  for await (const selected of records) {
    yield Buffer.from(encodeCsv(columnsOf(selected), textOptions(pretty, selected)));
  }
}

/** JSON objects, one a line, as Databento writes them. */
export async function* jsonLines(
  records: AsyncIterable<SelectedRecords>,
  pretty: Pretty,
): AsyncGenerator<Uint8Array> {
  for await (const selected of records) {
    yield Buffer.from(encodeJson(columnsOf(selected), textOptions(pretty, selected)));
  }
}
