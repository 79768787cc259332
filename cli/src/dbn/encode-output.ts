import type { DbnStream } from '@tapeline/dbn';
import {
  arrowBytes,
  arrowSchema,
  asIs,
  ColumnarBatch,
  groupBatches,
  MESSAGES,
  parquetBytes,
  schemaByCode,
  SCHEMAS,
  withTsOut,
} from '@tapeline/records';
import type { RecordDescription } from '@tapeline/records';
import { CliError } from '../cli-error.js';
import { dbnBytes } from './encode-dbn.js';
import { csvLines, jsonLines } from './encode-text.js';
import { exportColumns, exportDescription } from './export-columns.js';
import type { Conversion, ConvertOptions } from './plan-conversion.js';
import { refuseMixed } from './refuse-mixed.js';
import type { OneKind } from './refuse-mixed.js';
import type { SelectedRecords } from './select-records.js';

/** Records of an Arrow record batch. */
const BATCH_ROWS = 65_536;

/** The selected records of a stream in the format of the conversion. */
export async function* encodeOutput(
  stream: DbnStream,
  records: AsyncGenerator<SelectedRecords>,
  conversion: Conversion,
  options: ConvertOptions,
): AsyncGenerator<Uint8Array> {
  const { format, schema, limit } = conversion;
  const symbols = options.mapSymbols ?? false;
  if (format === 'json') {
    yield* jsonLines(records, conversion);
    return;
  }
  if (format === 'dbn') {
    const isFragment = options.fragment !== undefined;
    const upgrade = options.upgrade ?? false;
    yield* dbnBytes(stream.metadata, records, { upgrade, isFragment, schema, limit });
    return;
  }
  if (schema === undefined && stream.metadata.schema === null && options.fragment === undefined) {
    throw new CliError(
      `the input mixes kinds of records, and ${format} has one: take one with --schema, or all with --to json; ` +
        "'tapeline dbn inspect' lists them",
    );
  }
  const expected = expectedKind(stream, conversion, options);
  const kind = await refuseMixed(records, expected, format);
  if (format === 'csv') {
    yield* csvLines(kind, conversion, { header: options.header ?? true, symbols });
    return;
  }
  const description = exportDescription(kind.description, symbols);
  const batches = groupBatches(tables(kind, description), BATCH_ROWS);
  const metadata = tableMetadata(stream, kind.description);
  if (format === 'parquet') {
    yield* parquetBytes(batches, ColumnarBatch.allocate(description, 0), metadata);
  } else {
    const form = conversion.target.path === undefined ? 'stream' : 'file';
    yield* arrowBytes(batches, arrowSchema(description, metadata), form);
  }
}

async function* tables({ records }: OneKind, description: RecordDescription) {
  for await (const selected of records) yield exportColumns(selected, description);
}

/** What the records of a stream without any would be. */
function expectedKind(
  { metadata }: DbnStream,
  { schema }: Conversion,
  { upgrade }: ConvertOptions,
): RecordDescription | undefined {
  const description =
    schema === undefined
      ? metadata.schema === null
        ? undefined
        : schemaByCode(metadata.schema)
      : { ...MESSAGES, ...SCHEMAS }[schema];
  if (!description) return undefined;
  const versioned = upgrade ? description : asIs(description, metadata.version);
  return metadata.tsOut ? withTsOut(versioned) : versioned;
}

/** What a table's own columns do not tell. */
function tableMetadata(
  { metadata }: DbnStream,
  { name, version }: RecordDescription,
): ReadonlyMap<string, string> {
  return new Map([
    ['dbn.schema', name],
    ['dbn.dataset', metadata.dataset],
    ['dbn.version', String(version ?? 3)],
    ['dbn.price_unit', '1e-9'],
  ]);
}
