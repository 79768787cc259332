import { DbnStream } from '@tapeline/dbn';
import { CliError } from '../cli-error.js';
import { encodeOutput } from '../dbn/encode-output.js';
import { selectRecords } from '../dbn/select-records.js';
import type { Tally } from '../dbn/select-records.js';
import { SymbolMap } from '../dbn/symbol-map.js';
import type { OutputTarget } from '../dbn/write-output.js';
import { LineCounter } from './count-lines.js';
import type { ExportFormat } from './export-plan.js';

/** The bytes of a file, and how many records have gone into them. */
export interface ExportBytes {
  readonly bytes: AsyncGenerator<Uint8Array>;
  readonly rows: () => number;
}

interface ExportSource {
  /** The gateway's answer: CSV for csv, else DBN. */
  readonly answer: AsyncIterable<Uint8Array>;
  readonly format: ExportFormat;
  readonly mapSymbols: boolean;
  readonly target: OutputTarget;
}

/** @throws CliError, also while the bytes are taken, if the answer ends before its end. */
export async function exportBytes(source: ExportSource): Promise<ExportBytes> {
  const answer = unbroken(source.answer);
  return source.format === 'csv' ? csvBytes(answer) : convertedBytes({ ...source, answer });
}

/** As the gateway writes it, with the columns that rules derived. */
function csvBytes(answer: AsyncIterable<Uint8Array>): ExportBytes {
  const counter = new LineCounter();
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const bytes of answer) {
      counter.count(bytes);
      yield bytes;
    }
  }
  return { bytes: counted(), rows: () => Math.max(counter.lines - 1, 0) };
}

async function convertedBytes(source: ExportSource): Promise<ExportBytes> {
  const { answer, format, mapSymbols, target } = source;
  const stream = await DbnStream.open(answer);
  const tally: Tally = { records: 0, leftOut: new Map(), fault: undefined };
  const records = selectRecords(
    stream,
    {
      schema: undefined,
      limit: Infinity,
      symbols: mapSymbols ? new SymbolMap(stream.metadata) : undefined,
      keepsPartial: false,
    },
    tally,
  );
  const conversion = {
    format,
    target,
    schema: undefined,
    limit: Infinity,
    prettyPx: false,
    prettyTs: false,
  };
  async function* bytes(): AsyncGenerator<Uint8Array> {
    try {
      yield* encodeOutput(stream, records, conversion, { mapSymbols });
    } finally {
      await stream.close();
    }
  }
  return { bytes: bytes(), rows: () => tally.records };
}

/** An answer that is cut is an error of its reader, whatever fetch calls it. */
async function* unbroken(answer: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* answer;
  } catch (cause) {
    throw new CliError(
      "the gateway's answer ended before its end: its log says why; the file was not written",
      { cause },
    );
  }
}
