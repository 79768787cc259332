import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { isSchemaName } from '@tapeline/records';
import type { DbnVersion } from '@tapeline/records';
import {
  describeWithTestdata,
  hasTestdata,
  makeTemporaryFolder,
  testdataPath,
} from '@tapeline/testing';
import type { ConvertOptions } from '../../dbn/plan-conversion.js';
import { convert } from './convert.js';

interface TestFile {
  readonly path: string;
  readonly version: DbnVersion | string;
  readonly schema: string | null;
  readonly records: number;
  readonly expected?: string;
  readonly expected_v3?: string;
}

type Fields = Record<string, string | number | null>;
type ExpectedRecord = Record<string, unknown> & { hd: Fields; levels?: Fields[] };

const files: readonly TestFile[] = hasTestdata
  ? (JSON.parse(readFileSync(testdataPath('index.json'), 'utf8')) as TestFile[])
  : [];
const isFragment = ({ path }: TestFile): boolean => path.includes('.frag');
/** Every file of one kind, the fragments too, whose records are listed. */
const listed = files
  .filter(
    ({ path, schema, expected }) =>
      expected && !path.endsWith('.dbz') && isSchemaName(schema ?? ''),
  )
  .map((file) => [file.path, file] as const);
const plain = files
  .filter(({ path }) => path.endsWith('.dbn') || path.endsWith('.frag'))
  .map((file) => [file.path, file] as const);

let folder = '';
beforeAll(() => {
  folder = makeTemporaryFolder('convert');
  jest.spyOn(console, 'log').mockReturnValue();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function converted(path: string, options: ConvertOptions): Promise<Buffer> {
  const output = join(folder, 'converted');
  await convert(path, { ...options, output, force: true });
  return readFileSync(output);
}

const versionOf = (file: TestFile): ConvertOptions =>
  isFragment(file) ? { fragment: file.version as DbnVersion } : {};

const lines = (text: Buffer): string[] => text.toString().split('\n').slice(0, -1);

function expectedRecords(file: TestFile, upgrade: boolean): ExpectedRecord[] {
  const path = (upgrade && file.expected_v3) || file.expected!;
  const all = lines(readFileSync(testdataPath(path))).map(
    (line) => JSON.parse(line) as ExpectedRecord,
  );
  return all.filter((record) => 'hd' in record);
}

/** As Databento's JSON has it: no type, no length, and null for a NUL letter. */
function asJson({ type: _type, ...record }: ExpectedRecord, letters: ReadonlySet<string>): object {
  const { length: _length, ...hd } = record.hd;
  const entries = Object.entries({ ...record, hd });
  return Object.fromEntries(
    entries.map(([name, value]: [string, unknown]) => [
      name,
      letters.has(name) && value === '' ? null : value,
    ]),
  );
}

/** Fields of one letter; texts may be empty, too. */
const LETTERS = new Set([
  'action',
  'side',
  'instrument_class',
  'match_algorithm',
  'security_update_action',
  'user_defined_instrument',
  'leg_instrument_class',
  'leg_side',
  'auction_type',
  'unpaired_side',
  'significant_imbalance',
  'is_trading',
  'is_quoting',
  'is_short_sell_restricted',
]);

/** The cells of a line, by the names of the header. */
function parseCsv(text: Buffer): Fields[] {
  const [header, ...rows] = lines(text).map((line) =>
    [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
      ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare!,
    ),
  );
  return rows.map((row) => Object.fromEntries(header!.map((name, index) => [name, row[index]!])));
}

/** As Databento's CSV has it: header and levels flattened. */
function asCells({ type: _type, hd, levels, ...fields }: ExpectedRecord): Fields {
  const { length: _length, ...header } = hd;
  const flat = Object.entries({ ...header, ...fields });
  for (const [index, level] of (levels ?? []).entries()) {
    const number = String(index).padStart(2, '0');
    for (const [name, value] of Object.entries(level)) flat.push([`${name}_${number}`, value]);
  }
  return Object.fromEntries(flat.map(([name, value]) => [name, String(value)]));
}

describeWithTestdata('real files', () => {
  describe.each([
    ['as they are', {}],
    ['upgraded', { upgrade: true }],
  ])('%s', (_, options) => {
    const upgrade = 'upgrade' in options;

    it.each(listed)('%s as JSON', async (path, file) => {
      const output = await converted(testdataPath(path), {
        to: 'json',
        ...options,
        ...versionOf(file),
      });
      const expected = expectedRecords(file, upgrade);
      const records = lines(output).map((line) => JSON.parse(line) as object);
      expect(records.slice(0, expected.length)).toEqual(
        expected.map((record) => asJson(record, LETTERS)),
      );
      expect(records).toHaveLength(file.records);
    });

    it.each(listed)('%s as CSV', async (path, file) => {
      const output = await converted(testdataPath(path), {
        to: 'csv',
        ...options,
        ...versionOf(file),
      });
      const expected = expectedRecords(file, upgrade);
      const records = parseCsv(output);
      expect(records.slice(0, expected.length)).toEqual(expected.map(asCells));
      expect(records).toHaveLength(file.records);
    });
  });

  it.each(plain)('%s as DBN is the same bytes', async (path, file) => {
    const output = await converted(testdataPath(path), { to: 'dbn', ...versionOf(file) });
    expect(output.equals(readFileSync(testdataPath(path)))).toBe(true);
  });

  it('many zstd frames as DBN are the same bytes, in one', async () => {
    const path = testdataPath('nautilus_trader', 'esh4-glbx-mdp3-20231225.mbo.dbn.zst');
    const output = await converted(path, { to: 'dbn', zstd: true });
    const before = zstdDecompressSync(readFileSync(path));
    expect(zstdDecompressSync(output).equals(before)).toBe(true);
  });

  it('an upgraded definition of version 1 becomes one of version 3 as DBN, too', async () => {
    const path = testdataPath('dbn', 'test_data.definition.v1.dbn.zst');
    const upgraded = join(folder, 'v3.dbn');
    await convert(path, { output: upgraded, upgrade: true, force: true });
    expect(readFileSync(upgraded)[3]).toBe(3);
    const direct = await converted(path, { to: 'csv', upgrade: true });
    expect(await converted(upgraded, { to: 'csv' })).toEqual(direct);
    const asIs = parseCsv(await converted(path, { to: 'csv' }));
    expect(Object.keys(asIs[0]!)).toContain('trading_reference_price');
    expect(Object.keys(parseCsv(direct)[0]!)).not.toContain('trading_reference_price');
  });

  it('a mixed live file is JSON, or one kind of it CSV', async () => {
    const path = testdataPath('databento-python', 'LIVE', 'test_data.live.dbn.zst');
    const file = files.find((file) => path.endsWith(file.path))!;
    const json = lines(await converted(path, { to: 'json', mapSymbols: true }));
    const expected = expectedRecords(file, false).map((record) => ({
      ...asJson(record, LETTERS),
      symbol: 'ESZ4',
    }));
    expect(json.map((line) => JSON.parse(line) as object)).toEqual(expected);
    await expect(converted(path, { to: 'csv' })).rejects.toThrow('take one with --schema');
    const statistics = parseCsv(await converted(path, { to: 'csv', schema: 'statistics' }));
    const wanted = expectedRecords(file, false).filter(({ type }) => type === 'statistics');
    expect(statistics).toEqual(wanted.map(asCells));
  });

  it('symbols go by the day of the record', async () => {
    const name = 'futures_trades_2024-07-01T23-58_2024-07-02T00-02.dbn.zst';
    const path = testdataPath('nautilus_trader', 'historical_bars_catalog', 'databento', name);
    const rows = parseCsv(await converted(path, { to: 'csv', mapSymbols: true, pretty: true }));
    expect(new Set(rows.map(({ symbol }) => symbol))).toEqual(new Set(['ESU4']));
    expect(new Set(rows.map(({ ts_recv: time }) => String(time).slice(0, 10)))).toEqual(
      new Set(['2024-07-01', '2024-07-02']),
    );
  });

  it('a file of the time before DBN is refused by name', async () => {
    const path = testdataPath('dbn', 'test_data.mbo.dbz');
    await expect(converted(path, { to: 'csv' })).rejects.toThrow(
      /test_data\.mbo\.dbz: this is DBZ/,
    );
  });
});
