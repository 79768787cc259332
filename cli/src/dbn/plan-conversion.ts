import { isSchemaName, MESSAGES } from '@tapeline/records';
import type { DbnVersion, RecordName } from '@tapeline/records';
import { CliError } from '../cli-error.js';
import { FORMATS } from './formats.js';
import type { Format } from './formats.js';
import type { OutputTarget } from './write-output.js';

/** What `tapeline dbn convert` takes, under the names of its options. */
export interface ConvertOptions {
  readonly to?: Format;
  readonly output?: string;
  readonly force?: boolean;
  readonly upgrade?: boolean;
  readonly schema?: string;
  readonly limit?: number;
  readonly pretty?: boolean;
  readonly prettyPx?: boolean;
  readonly prettyTs?: boolean;
  readonly mapSymbols?: boolean;
  readonly fragment?: DbnVersion;
  readonly zstd?: boolean;
  /** False with `--no-header`. */
  readonly header?: boolean;
  readonly skipUnknown?: boolean;
  readonly partial?: boolean;
}

export interface Conversion {
  readonly format: Format;
  readonly target: OutputTarget;
  readonly schema: RecordName | undefined;
  readonly limit: number;
  readonly prettyPx: boolean;
  readonly prettyTs: boolean;
}

const ENDINGS: Readonly<Record<string, Format>> = {
  csv: 'csv',
  json: 'json',
  jsonl: 'json',
  ndjson: 'json',
  arrow: 'arrow',
  parquet: 'parquet',
  dbn: 'dbn',
};

/**
 * The conversion that options ask for; what they leave open follows from the output's name.
 * @throws CliError if they contradict each other, or the output is a terminal and not text.
 */
export function planConversion(options: ConvertOptions, isTerminal: boolean): Conversion {
  const { output, prettyPx = false, prettyTs = false, pretty = false } = options;
  const format = options.to ?? formatOf(output);
  if (!format) {
    throw new CliError(
      `say what to convert to: --to ${FORMATS.join('|')}, or an output whose name ends in one of these`,
    );
  }
  const isText = format === 'csv' || format === 'json';
  if (!isText && (pretty || prettyPx || prettyTs)) {
    throw new CliError(`pretty prices and times are for csv and json; ${format} keeps exact types`);
  }
  if (format === 'dbn' && options.mapSymbols) {
    throw new CliError('dbn has no room for symbols beside its records: use another format');
  }
  const zstd = options.zstd ?? output?.endsWith('.zst') ?? false;
  if (zstd && (format === 'arrow' || format === 'parquet')) {
    throw new CliError(
      'zstd is for csv, json and dbn; parquet has it inside already, and arrow is never compressed',
    );
  }
  if (output === undefined && isTerminal && (!isText || zstd)) {
    throw new CliError(
      `${zstd ? 'zstd' : format} is not for a terminal: give --output FILE, or pipe it into a program`,
    );
  }
  return {
    format,
    target: { path: output, zstd, force: options.force ?? false },
    schema: recordName(options.schema),
    limit: options.limit ?? Infinity,
    prettyPx: pretty || prettyPx,
    prettyTs: pretty || prettyTs,
  };
}

function formatOf(output: string | undefined): Format | undefined {
  const ending = output
    ?.replace(/\.zst$/, '')
    .split('.')
    .at(-1);
  return ending === undefined ? undefined : ENDINGS[ending];
}

function recordName(name: string | undefined): RecordName | undefined {
  if (name === undefined || isSchemaName(name) || Object.hasOwn(MESSAGES, name)) {
    return name as RecordName | undefined;
  }
  throw new CliError(
    `'${name}' is no kind of record: take a schema such as trades or mbp-1, or system, error, symbol-mapping`,
  );
}
