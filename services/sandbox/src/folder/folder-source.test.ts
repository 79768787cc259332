import {
  createReadStream,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeRecords, DbnStream, encodeMetadata, encodeRecords } from '@tapeline/dbn';
import type { DbnMetadata } from '@tapeline/dbn';
import { sampleBatch, schemaByCode, SCHEMA_NAMES, SCHEMAS } from '@tapeline/records';
import { describeWithTestdata, testdataPath } from '@tapeline/testing';
import { CombinedSource } from '../domain/combined-source.js';
import { at, collectBatch, collectBytes, idOf, queryOf } from '../domain/collect-records.js';
import type { MarketSource } from '../domain/market-source.js';
import { planRange } from '../domain/plan-range.js';
import { RestatedSource } from '../domain/restated-source.js';
import { SyntheticMarket } from '../domain/synthetic/synthetic-market.js';
import { FolderSource } from './folder-source.js';

const root = mkdtempSync(join(tmpdir(), 'tapeline-sandbox-'));
afterAll(() => rmSync(root, { recursive: true }));

let folder: string;
let skipped: [path: string, reason: string][];
let folders = 0;
beforeEach(() => {
  folder = join(root, String(folders++));
  mkdirSync(folder);
  skipped = [];
});

const open = () =>
  FolderSource.open(folder, (path, reason) => skipped.push([path.slice(root.length + 1), reason]));

/** The records of a file as they are. */
async function recordsOf(path: string) {
  const stream = await DbnStream.open(createReadStream(path));
  const parts: Uint8Array[] = [];
  for await (const { bytes } of stream.blocks()) parts.push(bytes.slice());
  return { metadata: stream.metadata, bytes: Buffer.concat(parts) };
}

describe('files made from a synthetic market', () => {
  const market = new SyntheticMarket({ seed: 5, tradesPerDay: 500 });
  const [from, to] = ['2024-07-01', '2024-07-03'];

  const write = async (name: string, symbols: readonly string[], start = from, end = to) => {
    const plan = planRange(market, {
      dataset: 'GLBX.MDP3',
      schema: 'trades',
      symbols,
      stypeIn: 'raw_symbol',
      stypeOut: 'instrument_id',
      start: at(start),
      end: at(end),
      limit: undefined,
    });
    const records = await collectBytes(market, plan.query);
    writeFileSync(join(folder, name), Buffer.concat([encodeMetadata(plan.metadata), records]));
  };

  it('are merged into one order of time', async () => {
    await write('cl.dbn', ['CLQ4']);
    await write('es-1.dbn', ['ESU4', 'ESZ4'], '2024-07-01', '2024-07-02');
    await write('es-2.dbn', ['ESU4', 'ESZ4'], '2024-07-02', '2024-07-03');
    const source = await open();
    expect(skipped).toEqual([]);
    const ids = ['CLQ4', 'ESU4', 'ESZ4'].map((symbol) => idOf(market, symbol));
    const expected = await collectBytes(market, queryOf('trades', from, to, ids));
    const query = queryOf('trades', from, to);
    expect((await collectBytes(source, query)).equals(expected)).toBe(true);
    expect(await source.count(query)).toBe(expected.length / 48);
    const part = ['2024-07-01T13:30Z', '2024-07-02T09:00Z'] as const;
    const some = await collectBytes(source, queryOf('trades', ...part, ids.slice(1)));
    expect(some.equals(await collectBytes(market, queryOf('trades', ...part, ids.slice(1))))).toBe(
      true,
    );
  });

  it('lose records where a day is restated, and nowhere else', async () => {
    await write('es.dbn', ['ESU4']);
    const source = new RestatedSource(await open());
    source.restate('GLBX.MDP3', from, '2026-01-01');
    const sizes = async (of: MarketSource) => {
      const days = [queryOf('trades', from, '2024-07-02'), queryOf('trades', '2024-07-02', to)];
      return Promise.all(days.map(async (day) => (await collectBytes(of, day)).length));
    };
    const [restated, other] = await sizes(source);
    const [before, same] = await sizes(await open());
    expect(restated).toBeLessThan(before!);
    expect(other).toBe(same);
    expect(await source.count(queryOf('trades', from, to))).toBe((restated! + other!) / 48);
  });

  it('tell what they hold', async () => {
    await write('es.dbn', ['ESU4']);
    const source = await open();
    const range = { start: at(from), end: at(to) };
    expect(source.datasets).toMatchObject([{ name: 'GLBX.MDP3', range }]);
    expect([...source.datasets[0]!.schemas]).toEqual([['trades', range]]);
    expect(source.conditions('GLBX.MDP3').map(({ date }) => date)).toEqual([from, '2024-07-02']);
    expect(source.directory('GLBX.MDP3').listings).toEqual([
      { rawSymbol: 'ESU4', instrumentId: idOf(market, 'ESU4'), parent: null, from, to },
    ]);
  });

  it('come before the synthetic market where both have a dataset', async () => {
    await write('es.dbn', ['ESU4']);
    const combined = new CombinedSource([await open(), market]);
    expect(combined.datasets.map(({ name }) => name)).toEqual(['GLBX.MDP3', 'XNAS.ITCH']);
    const query = queryOf('trades', from, to);
    const own = await collectBytes(market, queryOf('trades', from, to, [idOf(market, 'ESU4')]));
    expect((await collectBytes(combined, query)).equals(own)).toBe(true);
    expect(await combined.count({ ...query, dataset: 'XNAS.ITCH' })).toBeGreaterThan(0);
  });

  it('are skipped with a reason if they cannot be served', async () => {
    await write('whole.dbn', ['ESU4']);
    const whole = readFileSync(join(folder, 'whole.dbn'));
    writeFileSync(join(folder, 'cut.dbn'), whole.subarray(0, whole.length - 1));
    writeFileSync(join(folder, 'other.dbn'), 'not DBN at all');
    writeFileSync(join(folder, 'notes.txt'), 'not looked at');
    const source = await open();
    expect(skipped.map(([path]) => path.split('/')[1])).toEqual(['cut.dbn', 'other.dbn']);
    expect(source.datasets).toHaveLength(1);
  });
});

it.each(SCHEMA_NAMES)('a file of %s is listed and sent as it is', async (name) => {
  const schema = SCHEMAS[name];
  const batch = sampleBatch(schema, 20);
  const range = { start: at('2024-07-01'), end: at('2024-07-03') };
  batch.indexTimestamps().forEach((_, row, times) => {
    times[row] = range.start + BigInt(row) * 8_000_000_000_007n;
  });
  const records = encodeRecords(batch, 3);
  const metadata: DbnMetadata = {
    version: 3,
    dataset: 'XTST.ALL',
    schema: schema.code,
    ...range,
    limit: null,
    stypeIn: 'raw_symbol',
    stypeOut: 'instrument_id',
    tsOut: false,
    symbols: ['ALL_SYMBOLS'],
    partial: [],
    notFound: [],
    mappings: [],
  };
  writeFileSync(join(folder, 'all.dbn'), Buffer.concat([encodeMetadata(metadata), records]));
  const source = await open();
  expect(skipped).toEqual([]);
  expect(source.datasets).toMatchObject([{ name: 'XTST.ALL', schemas: new Map([[name, range]]) }]);
  const query = { dataset: 'XTST.ALL', schema, ...range, selection: null };
  expect(source.versionOf(query)).toBe(3);
  expect((await collectBytes(source, query)).equals(records)).toBe(true);
  expect(await source.count(query)).toBe(20);
  const id = (batch.column('instrument_id') as Uint32Array)[7]!;
  const one = { ...query, selection: new Map([[id, [range]]]) };
  const own = records.subarray(7 * schema.recordSize[3], 8 * schema.recordSize[3]);
  expect((await collectBytes(source, one)).equals(own)).toBe(true);
});

describeWithTestdata('recorded files', () => {
  const recorded = 'nautilus_trader/historical_bars_catalog/databento';
  const trades = 'futures_trades_2024-07-01T23-58_2024-07-02T00-02.dbn.zst';
  let source: FolderSource;
  const unserved: string[] = [];

  beforeAll(async () => {
    source = await FolderSource.open(testdataPath(recorded), (path) => unserved.push(path));
  });

  it('are all served', () => {
    expect(unserved).toEqual([]);
    expect([...source.datasets[0]!.schemas.keys()].toSorted()).toEqual([
      'definition',
      'mbp-1',
      'ohlcv-1m',
      'trades',
    ]);
  });

  it.each(['v1', 'v2', 'v3'])('of every schema are sent as they are: %s', async (version) => {
    for (const name of readdirSync(testdataPath('dbn'))) {
      // Those of daily bars are empty.
      if (!name.endsWith(`.${version}.dbn.zst`) || /ohlcv-1d|multi-frame/.test(name)) continue;
      cpSync(testdataPath('dbn', name), join(folder, name));
    }
    const whole = await open();
    expect(skipped).toEqual([]);
    const names = readdirSync(folder);
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) {
      const { metadata, bytes } = await recordsOf(join(folder, name));
      const schema = schemaByCode(metadata.schema!)!;
      const { schemas } = whole.datasets.find((dataset) => dataset.name === metadata.dataset)!;
      const range = schemas.get(schema.name)!;
      const query = { dataset: metadata.dataset, schema, ...range, selection: null };
      expect([name, whole.versionOf(query)]).toEqual([name, metadata.version]);
      expect([name, (await collectBytes(whole, query)).equals(bytes)]).toEqual([name, true]);
    }
  });

  it('are sent as they are', async () => {
    const { metadata, bytes } = await recordsOf(testdataPath(recorded, trades));
    const query = { ...queryOf('trades', '2024-07-01', '2024-07-03'), selection: null };
    expect(source.versionOf(query)).toBe(1);
    expect((await collectBytes(source, query)).equals(bytes)).toBe(true);
    const [symbol] = metadata.symbols;
    const plan = planRange(source, {
      dataset: 'GLBX.MDP3',
      schema: 'trades',
      symbols: [symbol!],
      stypeIn: metadata.stypeIn as 'raw_symbol',
      stypeOut: 'instrument_id',
      start: metadata.start,
      end: metadata.end!,
      limit: undefined,
    });
    const own = metadata.mappings.filter(({ rawSymbol }) => rawSymbol === symbol);
    expect(plan.metadata).toMatchObject({ version: 1, mappings: own, notFound: [] });
    expect(await source.count(plan.query)).toBeGreaterThan(0);
  });

  it('are upgraded where versions are mixed', async () => {
    const recent = testdataPath('databento-python/GLBX.MDP3/test_data.trades.dbn.zst');
    cpSync(testdataPath(recorded, trades), join(folder, 'v1.dbn.zst'));
    cpSync(recent, join(folder, 'v3.dbn.zst'));
    const mixed = await open();
    const [first, second] = [
      await recordsOf(testdataPath(recorded, trades)),
      await recordsOf(recent),
    ];
    const query = queryOf('trades', '2010-01-01', '2030-01-01');
    expect(mixed.versionOf(query)).toBe(3);
    const batch = await collectBatch(mixed, query);
    const count = (first.bytes.length + second.bytes.length) / 48;
    expect(batch.length).toBe(count);
    const options = { stride: 48, firstOrdinal: 0 };
    const old = decodeRecords(SCHEMAS.trades, 1, first.bytes, options);
    const times = batch.indexTimestamps();
    const start = times.indexOf(old.indexTimestamps()[0]!);
    const served = batch.slice(start, start + old.length);
    expect(served.column('price')).toEqual(old.column('price'));
  });

  it('name what is not served', async () => {
    const live = 'databento-python/LIVE/test_data.live.dbn.zst';
    cpSync(testdataPath(live), join(folder, 'live.dbn.zst'));
    await open();
    expect(skipped).toEqual([
      [expect.stringContaining('live.dbn.zst'), 'it mixes schemas, as live recordings do'],
    ]);
  });
});
