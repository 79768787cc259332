import { Readable } from 'node:stream';
import { expect, it } from '@jest/globals';
import { DbnStream } from '@tapeline/dbn';
import type { DbnMetadata } from '@tapeline/dbn';
import { parseTimestamp } from '@tapeline/records';
import { dbnFile, sampleRecords } from './sample-file.js';
import { SymbolMap } from './symbol-map.js';

const interval = (startDate: string, endDate: string, symbol: string) => ({
  startDate,
  endDate,
  symbol,
});

/** The symbols of trades with these instruments at these times. */
async function symbolsOf(
  records: readonly (readonly [id: number, time: string])[],
  metadata: Partial<DbnMetadata>,
): Promise<(string | null)[]> {
  const batch = sampleRecords('trades', records.length);
  for (const [row, [id, time]] of records.entries()) {
    batch.column('instrument_id')[row] = id;
    batch.column('ts_recv')[row] = parseTimestamp(time);
  }
  const stream = await DbnStream.open(Readable.from([dbnFile(batch, metadata)]));
  const symbols: (string | null)[] = [];
  for await (const batch of stream) {
    const symbolOf = new SymbolMap(stream.metadata).symbolsOf(batch);
    for (let row = 0; row < batch.length; row++) symbols.push(symbolOf(row));
  }
  return symbols;
}

it('an id stands for what the metadata say of its day, to the nanosecond', async () => {
  const mappings = [
    { rawSymbol: 'NQM5', intervals: [interval('2015-03-01', '2015-03-02', '7')] },
    {
      rawSymbol: 'ESU4',
      intervals: [
        interval('2024-07-01', '2024-07-02', '7'),
        interval('2024-07-02', '2024-07-03', ''),
        interval('2024-07-04', '2024-07-05', '8'),
      ],
    },
  ];
  const times = [
    [7, '2015-03-01T12:00:00Z'],
    [7, '2024-06-30T23:59:59.999999999Z'],
    [7, '2024-07-01T00:00:00Z'],
    [7, '2024-07-01T23:59:59.999999999Z'],
    [7, '2024-07-02T00:00:00Z'],
    [8, '2024-07-04T00:00:00Z'],
    [9, '2024-07-04T00:00:00Z'],
  ] as const;
  expect(await symbolsOf(times, { mappings })).toEqual([
    'NQM5',
    null,
    'ESU4',
    'ESU4',
    null,
    'ESU4',
    null,
  ]);
});

it('the roles are exchanged where ids were asked for', async () => {
  const mappings = [{ rawSymbol: '7', intervals: [interval('2024-07-01', '2024-07-02', 'ESU4')] }];
  const metadata = { stypeIn: 'instrument_id', stypeOut: 'raw_symbol', mappings };
  expect(await symbolsOf([[7, '2024-07-01T10:00:00Z']], metadata)).toEqual(['ESU4']);
});

it('unset times have no symbol', async () => {
  const mappings = [{ rawSymbol: 'ESU4', intervals: [interval('1970-01-01', '9999-12-31', '7')] }];
  expect(await symbolsOf([[7, '2554-07-21T00:00:00Z']], { mappings })).toEqual([null]);
});
