import { DbnError } from '@tapeline/dbn';
import type { DbnBatch, DbnMetadata, DbnStream } from '@tapeline/dbn';
import { UNDEF_TIMESTAMP, words } from '@tapeline/records';
import type { RecordName } from '@tapeline/records';
import { SymbolMap } from './symbol-map.js';

/** The records of one rtype. */
export interface KindSummary {
  readonly rtype: number;
  readonly kind: RecordName;
  count: number;
  /** Which timestamp the span is of. */
  readonly indexColumn: string;
  /** Smallest and largest index timestamp, ns since epoch; null where all are unset. */
  first: bigint | null;
  last: bigint | null;
}

export interface InstrumentSummary {
  readonly instrumentId: number;
  /** At its first record. */
  symbol: string | null;
  count: number;
}

export interface StreamSummary {
  readonly metadata: DbnMetadata;
  /** Records counted, of unknown kinds too. */
  records: number;
  readonly kinds: Map<number, KindSummary>;
  /** By their ids, in the order of appearance. */
  readonly instruments: Map<number, InstrumentSummary>;
  /** Records of unknown kinds, by rtype. */
  unknown: ReadonlyMap<number, number>;
  uncompressedBytes: number;
  /** What ended the reading early. */
  fault: DbnError | undefined;
}

/** Messages of gateways bear ids that are no instruments: 0, or 2^32 − 1. */
const NO_INSTRUMENT = new Set([0, 0xffff_ffff]);

/** Reads a stream to its end, or to its fault, and tells how many records were read so far. */
export async function summarizeStream(
  stream: DbnStream,
  onRecords: (count: number) => void,
): Promise<StreamSummary> {
  const symbols = new SymbolMap(stream.metadata);
  const summary: StreamSummary = {
    metadata: stream.metadata,
    records: 0,
    kinds: new Map(),
    instruments: new Map(),
    unknown: stream.skipped,
    uncompressedBytes: 0,
    fault: undefined,
  };
  try {
    for await (const batch of stream) {
      symbols.learn(batch);
      addKind(summary, batch);
      addInstruments(summary, batch, symbols);
      summary.records += batch.length;
      onRecords(summary.records);
    }
  } catch (error) {
    if (!(error instanceof DbnError)) throw error;
    summary.fault = error;
  }
  summary.uncompressedBytes = stream.bytesRead;
  for (const count of stream.skipped.values()) summary.records += count;
  return summary;
}

function addKind({ kinds }: StreamSummary, batch: DbnBatch): void {
  const { name: kind, indexColumn } = batch.description;
  const { rtype } = batch;
  const known = kinds.get(rtype) ?? {
    rtype,
    kind,
    count: 0,
    indexColumn,
    first: null,
    last: null,
  };
  kinds.set(rtype, known);
  known.count += batch.length;
  const times = batch.column(indexColumn) as BigUint64Array;
  const [first, last] = extremes(words(batch.column(indexColumn)));
  if (first === undefined || last === undefined) return;
  if (known.first === null || times[first]! < known.first) known.first = times[first]!;
  if (known.last === null || times[last]! > known.last) known.last = times[last]!;
}

const UNSET_WORD = Number(UNDEF_TIMESTAMP >> 32n);

/** Rows of the smallest and the largest time that is set. */
function extremes(pairs: Uint32Array): [first?: number, last?: number] {
  let first: number | undefined;
  let last: number | undefined;
  for (let row = 0; row < pairs.length / 2; row++) {
    const low = pairs[2 * row]!;
    const high = pairs[2 * row + 1]!;
    if (high === UNSET_WORD && low === UNSET_WORD) continue;
    if (first === undefined || isLess(low, high, pairs, first)) first = row;
    if (last === undefined || !isLess(low, high, pairs, last)) last = row;
  }
  return first === undefined || last === undefined ? [] : [first, last];
}

function isLess(low: number, high: number, pairs: Uint32Array, row: number): boolean {
  const otherHigh = pairs[2 * row + 1]!;
  return high < otherHigh || (high === otherHigh && low < pairs[2 * row]!);
}

function addInstruments({ instruments }: StreamSummary, batch: DbnBatch, symbols: SymbolMap): void {
  const ids = batch.column('instrument_id') as Uint32Array;
  const symbolOf = symbols.symbolsOf(batch);
  let instrument: InstrumentSummary | undefined;
  for (let row = 0; row < ids.length; row++) {
    const instrumentId = ids[row]!;
    if (instrument?.instrumentId !== instrumentId) {
      if (NO_INSTRUMENT.has(instrumentId)) continue;
      instrument = instruments.get(instrumentId) ?? { instrumentId, symbol: null, count: 0 };
      instrument.symbol ??= symbolOf(row);
      instruments.set(instrumentId, instrument);
    }
    instrument.count++;
  }
}
