/** Every real file against what an independent decoder says it holds, and against its own bytes. */
import { expect, it } from '@jest/globals';
import { DbnDecoder } from './dbn-decoder.js';
import type { DecoderOptions } from './dbn-decoder.js';
import { DbnStream } from './dbn-stream.js';
import { encodeMetadata } from './encode-metadata.js';
import { encodeRecords } from './encode-records.js';
import { readPrelude } from './metadata.js';
import {
  dbnFiles,
  expectedJson,
  expectedRecords,
  flatten,
  isFragment,
  plainBytes,
  rawBytes,
  rowOf,
  testFiles,
  toArray,
} from './testdata.js';
import type { DbnFile, Json } from './testdata.js';

type Upgrade = NonNullable<DecoderOptions['upgrade']>;

const decodeWhole = (file: DbnFile, upgrade: Upgrade) => {
  const decoder = new DbnDecoder({ upgrade });
  const batches = decoder.push(plainBytes(file));
  decoder.finish();
  return { decoder, batches };
};

/** The first `count` records under the names of columns, with their rtype. */
function rowsOf(file: DbnFile, upgrade: Upgrade, count: number): Json[] {
  const rows: Json[] = [];
  for (const batch of decodeWhole(file, upgrade).batches) {
    const columns = batch.columns();
    for (let row = 0; row < batch.length && rows.length < count; row++) {
      rows.push({ rtype: batch.rtype, ...rowOf(columns, row) });
    }
  }
  return rows;
}

const withRtype = (record: Json): Json => ({
  rtype: (record['hd'] as Json)['rtype']!,
  ...flatten(record),
});

if (dbnFiles.length > 0) {
  it.each(dbnFiles)('$path holds what is expected, as it is', (file) => {
    const expected = expectedRecords(file, 'as-is').map(withRtype);
    expect(expected).toHaveLength(file.summary ? Math.min(200, file.records) : file.records);
    expect(rowsOf(file, 'as-is', expected.length)).toEqual(expected);
  });

  it.each(dbnFiles)('$path holds what is expected, upgraded', (file) => {
    const expected = expectedRecords(file, 'v3').map(withRtype);
    expect(rowsOf(file, 'v3', expected.length)).toEqual(expected);
  });

  it.each(dbnFiles)('$path encodes to the same bytes', (file) => {
    const { decoder, batches } = decodeWhole(file, 'as-is');
    const encoded = [
      encodeMetadata(decoder.metadata!),
      ...batches.map((batch) => encodeRecords(batch.columns(), file.version)),
    ];
    expect(Buffer.compare(Buffer.concat(encoded), plainBytes(file))).toBe(0);
  });

  it.each(dbnFiles.filter(isFragment))('$path is read without metadata', async (file) => {
    const { version } = file;
    const stream = await DbnStream.open(source(rawBytes(file.path)), { fragment: { version } });
    expect(stream.metadata).toMatchObject({ version, schema: null, symbols: [] });
    const batches = await toArray(stream);
    const bytes = plainBytes(file);
    expect(
      Buffer.concat(batches.map(({ block }) => block.bytes)).equals(
        bytes.subarray(readPrelude(bytes).size),
      ),
    ).toBe(true);
    expect(batches.map(({ description }) => description.name)).toContain(file.schema);
  });

  it.each(
    dbnFiles.filter(({ summary, schema }) => summary !== undefined && schema !== 'definition'),
  )('$path: totals are as expected', (file) => {
    const total = {
      records: 0,
      sum_price: 0n,
      sum_size: 0,
      actions: {} as Record<string, number>,
    };
    let first: bigint | undefined;
    let last: bigint | undefined;
    for (const batch of decodeWhole(file, 'v3').batches) {
      const columns = batch.columns();
      const times = columns.indexTimestamps();
      first ??= times[0];
      last = times.at(-1);
      total.records += batch.length;
      const prices = columns.column('price') as BigInt64Array;
      total.sum_price += prices.reduce((sum, price) => (price === UNDEF ? sum : sum + price), 0n);
      total.sum_size += (columns.column('size') as Uint32Array).reduce(
        (sum, size) => sum + size,
        0,
      );
      for (const code of columns.column('action') as Uint8Array) {
        const action = String.fromCharCode(code);
        total.actions[action] = (total.actions[action] ?? 0) + 1;
      }
    }
    expect(expectedJson(file.summary as string)).toMatchObject({
      ...total,
      sum_price: String(total.sum_price),
      first_ts_recv: String(first),
      last_ts_recv: String(last),
    });
  });

  it.each(testFiles.filter(({ path }) => path.endsWith('.dbz')))(
    '$path is refused as DBZ',
    async ({ path }) => {
      await expect(DbnStream.open(source(rawBytes(path)))).rejects.toMatchObject({
        name: 'DbnUnsupportedError',
        code: 'legacy_dbz',
      });
    },
  );
}

const UNDEF = 2n ** 63n - 1n;

async function* source(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
