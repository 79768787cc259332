import { DbnError } from '@tapeline/dbn';
import type { DbnBatch, DbnStream } from '@tapeline/dbn';
import { MESSAGES, SCHEMAS } from '@tapeline/records';
import type { ColumnarBatch, RecordDescription, RecordName } from '@tapeline/records';
import type { SymbolMap } from './symbol-map.js';

export interface Selection {
  /** Only records of this kind. */
  readonly schema: RecordName | undefined;
  /** Most records to take. */
  readonly limit: number;
  /** Learns the mappings that pass by, and gives each record's symbol. */
  readonly symbols: SymbolMap | undefined;
  /** Whether a fault of the input ends the records instead of being thrown. */
  readonly keepsPartial: boolean;
}

/** What was selected so far. */
export interface Tally {
  records: number;
  /** Records of other kinds that were left out, by their kind. */
  readonly leftOut: Map<RecordName, number>;
  /** What ended the records early, where that is not thrown. */
  fault: DbnError | undefined;
}

/** Consecutive records of one kind that are wanted. */
export interface SelectedRecords {
  readonly description: RecordDescription;
  readonly firstIndex: number;
  readonly batch: DbnBatch;
  readonly length: number;
  readonly symbolOf: ((row: number) => string | null) | undefined;
}

/** Deprecated: bars whose length only the metadata tell. */
const OLD_BARS = MESSAGES.ohlcv.rtype;

/** The wanted records of a stream; reading stops once the limit is reached. */
export async function* selectRecords(
  stream: DbnStream,
  { schema, limit, symbols, keepsPartial }: Selection,
  tally: Tally,
): AsyncGenerator<SelectedRecords> {
  const isWanted = wanted(schema, stream.metadata.schema);
  try {
    for await (const batch of stream) {
      symbols?.learn(batch);
      const { description, firstIndex } = batch;
      if (!isWanted(batch)) {
        const before = tally.leftOut.get(description.name) ?? 0;
        tally.leftOut.set(description.name, before + batch.length);
        continue;
      }
      const length = Math.min(batch.length, limit - tally.records);
      tally.records += length;
      const symbolOf = symbols?.symbolsOf(batch);
      yield { description, firstIndex, batch, length, symbolOf };
      if (tally.records === limit) return;
    }
  } catch (error) {
    if (!keepsPartial || !(error instanceof DbnError)) throw error;
    tally.fault = error;
  }
}

function wanted(schema: RecordName | undefined, schemaCode: number | null) {
  if (schema === undefined) return () => true;
  const { rtype, code } = { code: undefined, ...MESSAGES, ...SCHEMAS }[schema] as {
    rtype: number;
    code?: number;
  };
  return (batch: DbnBatch): boolean =>
    batch.rtype === rtype || (batch.rtype === OLD_BARS && code === schemaCode);
}

/** All columns of the selected records. */
export function columnsOf({ batch, length }: SelectedRecords): ColumnarBatch<RecordDescription> {
  const columns = batch.columns();
  return length < columns.length ? columns.slice(0, length) : columns;
}
