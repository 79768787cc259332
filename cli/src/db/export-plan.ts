import { CliError } from '../cli-error.js';

export const EXPORT_FORMATS = ['parquet', 'arrow', 'csv', 'dbn'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What `tapeline export` takes, under the names of its options. */
export interface ExportOptions {
  readonly dataset: string;
  readonly schema: string;
  readonly symbols: string;
  readonly stypeIn?: string;
  readonly start: string;
  readonly end?: string;
  readonly to?: ExportFormat;
  readonly mapSymbols?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

export interface ExportPlan {
  readonly format: ExportFormat;
  /** Whether the file's name asks for it. */
  readonly zstd: boolean;
}

/** The format that is said, else the one of the file's name. @throws CliError if neither tells, or they do not fit. */
export function planExport(file: string, { to, mapSymbols }: ExportOptions): ExportPlan {
  const zstd = file.endsWith('.zst');
  const ending = file
    .replace(/\.zst$/, '')
    .split('.')
    .at(-1);
  const format = to ?? EXPORT_FORMATS.find((name) => name === ending);
  if (!format) {
    throw new CliError(
      `say what to write: --to ${EXPORT_FORMATS.join('|')}, or a file whose name ends in one of these`,
    );
  }
  if (zstd && (format === 'parquet' || format === 'arrow')) {
    throw new CliError(
      'zstd is for csv and dbn; parquet has it inside already, and arrow is never compressed',
    );
  }
  if (mapSymbols && format === 'dbn') {
    throw new CliError(
      'dbn has no room for symbols beside its records; its metadata have the mappings',
    );
  }
  return { format, zstd };
}

/** The gateway's parameters for the range. */
export const exportParameters = (
  options: ExportOptions,
  encoding: 'csv' | 'dbn' | 'json',
): URLSearchParams =>
  new URLSearchParams({
    dataset: options.dataset,
    schema: options.schema,
    symbols: options.symbols,
    start: options.start,
    ...(options.stypeIn !== undefined && { stype_in: options.stypeIn }),
    ...(options.end !== undefined && { end: options.end }),
    encoding,
  });
