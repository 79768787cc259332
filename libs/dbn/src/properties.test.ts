/** What holds for records of every kind and version, over generated ones. */
import { expect, it } from '@jest/globals';
import { asIs, withTsOut } from '@tapeline/records';
import type {
  ColumnarBatch,
  ColumnDescription,
  DbnVersion,
  RecordDescription,
} from '@tapeline/records';
import * as fc from 'fast-check';
import {
  batchOf,
  changeOf,
  KINDS,
  recordsOf,
  setValue,
  valuesOf,
  VERSIONS,
} from './arbitrary-records.js';
import type { DbnBatch } from './dbn-batch.js';
import { DbnDecoder } from './dbn-decoder.js';
import { DbnEncodeError } from './dbn-error.js';
import { decodeRecords } from './decode-records.js';
import { encodeRecords } from './encode-records.js';

const RUNS = { seed: 20_261_123, numRuns: 25 };

type Batch = ColumnarBatch<RecordDescription>;

interface Layout {
  readonly version: DbnVersion;
  readonly canonical: RecordDescription;
  readonly own: RecordDescription;
}

/** Each version, with and without the send time. */
const layoutsOf = (kind: RecordDescription): Layout[] =>
  VERSIONS.flatMap((version) => [
    { version, canonical: kind, own: asIs(kind, version) },
    { version, canonical: withTsOut(kind), own: withTsOut(asIs(kind, version)) },
  ]);

const decode = (description: RecordDescription, version: DbnVersion, bytes: Uint8Array) =>
  decodeRecords(description, version, bytes, {
    stride: description.recordSize[version],
    firstOrdinal: 0,
  });

it.each(KINDS)('$name: what is encoded is decoded, canonical and as it is', (kind) => {
  for (const { version, canonical, own } of layoutsOf(kind)) {
    for (const description of [canonical, own]) {
      fc.assert(
        fc.property(batchOf(description, version, 3), (batch) => {
          const decoded = decode(description, version, encodeRecords(batch, version));
          expect(valuesOf(decoded)).toEqual(valuesOf(batch));
        }),
        RUNS,
      );
    }
  }
});

/** The records, or why there are none. */
function tryEncode(batch: Batch, version: DbnVersion): Uint8Array | DbnEncodeError {
  try {
    return encodeRecords(batch, version);
  } catch (error) {
    if (!(error instanceof DbnEncodeError)) throw error;
    return error;
  }
}

/** Only what is not the same in all versions may be refused. */
function expectUnfit(
  error: DbnEncodeError,
  { type, wire }: ColumnDescription,
  version: DbnVersion,
) {
  expect(error.recordIndex).toBe(1);
  expect(type === 'string' || wire[version]?.type !== wire[3]?.type).toBe(true);
}

it.each(KINDS)('$name: a value for which a version has no room is refused', (kind) => {
  for (const version of [1, 2] as const) {
    fc.assert(
      fc.property(batchOf(kind, version, 2), changeOf(kind), (batch, { column, value }) => {
        setValue(batch, column, 1, value);
        const encoded = tryEncode(batch, version);
        if (encoded instanceof DbnEncodeError) return expectUnfit(encoded, column, version);
        expect(valuesOf(decode(kind, version, encoded))).toEqual(valuesOf(batch));
      }),
      { ...RUNS, numRuns: 100 },
    );
  }
});

it.each(KINDS)('$name: any bytes decoded as they are encode to themselves', (kind) => {
  for (const { version, own } of layoutsOf(kind)) {
    fc.assert(
      fc.property(recordsOf(own, version, 2), (bytes) => {
        const encoded = encodeRecords(decode(own, version, bytes), version);
        expect(Buffer.compare(encoded, bytes)).toBe(0);
      }),
      RUNS,
    );
  }
});

it.each(KINDS)('$name: what is upgraded is the same after version 3', (kind) => {
  for (const { version, canonical, own } of layoutsOf(kind)) {
    fc.assert(
      fc.property(recordsOf(own, version, 2), (bytes) => {
        const upgraded = decode(canonical, version, bytes);
        const again = decode(canonical, 3, encodeRecords(upgraded, 3));
        expect(valuesOf(again)).toEqual(valuesOf(upgraded));
      }),
      RUNS,
    );
  }
});

/** Kinds that an rtype alone tells. */
const TOLD = KINDS.filter(({ name }) => name !== 'tbbo');

interface MixedStream {
  readonly version: DbnVersion;
  readonly tsOut: boolean;
  readonly bytes: Uint8Array;
}

/** Runs of records of several kinds; `most` in each, of the one or two sampled ones repeated. */
const mixedStream = (most: number): fc.Arbitrary<MixedStream> =>
  fc
    .record({ version: fc.constantFrom(...VERSIONS), tsOut: fc.boolean() })
    .chain(({ version, tsOut }) => {
      const run = fc
        .tuple(fc.constantFrom(...TOLD), fc.integer({ min: 1, max: most }))
        .chain(([kind, times]) => {
          const own = asIs(kind, version);
          return recordsOf(tsOut ? withTsOut(own) : own, version, 2).map((records) =>
            Buffer.concat(Array.from({ length: times }, () => records)),
          );
        });
      return fc
        .array(run, { maxLength: 5 })
        .map((runs) => ({ version, tsOut, bytes: Buffer.concat(runs) }));
    });

/** The bytes from a place of any alignment, cut after each of the lengths in turn. */
function* pieces(bytes: Uint8Array, shift: number, lengths: readonly number[]) {
  const moved = new Uint8Array(new ArrayBuffer(bytes.length + 8), shift, bytes.length);
  moved.set(bytes);
  for (let at = 0, turn = 0; at < moved.length; turn++) {
    const end = at + lengths[turn % lengths.length]!;
    yield moved.subarray(at, end);
    at = end;
  }
}

function decodePieces(
  { version, tsOut }: MixedStream,
  upgrade: 'v3' | 'as-is',
  source: Iterable<Uint8Array>,
): DbnBatch[] {
  const decoder = new DbnDecoder({ upgrade, fragment: { version, tsOut } });
  const batches: DbnBatch[] = [];
  for (const piece of source) batches.push(...decoder.push(piece));
  decoder.finish();
  return batches;
}

/** Every column of every kind from the first record to the last. */
function allColumns(batches: readonly DbnBatch[]): Map<string, Buffer> {
  const parts = new Map<string, Uint8Array[]>();
  for (const batch of batches) {
    const { description } = batch;
    const { columns } = batch.columns();
    description.columns.forEach(({ name }, index) => {
      const { buffer, byteOffset, byteLength } = columns[index]!;
      const key = `${description.name}.${name}`;
      const known = parts.get(key) ?? [];
      parts.set(key, known);
      known.push(new Uint8Array(buffer, byteOffset, byteLength));
    });
  }
  return new Map([...parts].map(([key, known]) => [key, Buffer.concat(known)]));
}

/** Columns that are not in both with the same bytes. */
const differing = (one: Map<string, Buffer>, other: Map<string, Buffer>): string[] =>
  [...new Set([...one.keys(), ...other.keys()])].filter(
    (key) => !one.get(key)?.equals(other.get(key) ?? Buffer.from('none')),
  );

const cutsUpTo = (max: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 1, max }), { minLength: 1, maxLength: 12 });

it.each([
  { most: 2, longest: 40, numRuns: 500 },
  { most: 3, longest: 700, numRuns: 500 },
  // Several times what is read at once.
  { most: 800, longest: 200_000, numRuns: 100 },
])('a stream of $most times two records is the same however it is cut', (size) => {
  fc.assert(
    fc.property(
      mixedStream(size.most),
      cutsUpTo(size.longest),
      fc.integer({ min: 0, max: 7 }),
      (stream, lengths, shift) => {
        const { bytes, version } = stream;
        for (const upgrade of ['as-is', 'v3'] as const) {
          const whole = decodePieces(stream, upgrade, [bytes]);
          const cut = decodePieces(stream, upgrade, pieces(bytes, shift, lengths));
          expect(differing(allColumns(cut), allColumns(whole))).toEqual([]);
          if (upgrade === 'v3') continue;
          const encoded = cut.map((batch) => encodeRecords(batch.columns(), version));
          expect(Buffer.compare(Buffer.concat(encoded), bytes)).toBe(0);
        }
      },
    ),
    { ...RUNS, numRuns: size.numRuns },
  );
});
