import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { makeTemporaryFolder } from '@tapeline/testing';
import type { ConvertOptions } from '../../dbn/plan-conversion.js';
import { dbnFile, sampleRecords } from '../../dbn/sample-file.js';
import { convert } from './convert.js';

let folder = '';
let told = '';
beforeAll(() => {
  folder = makeTemporaryFolder('convert');
  jest.spyOn(console, 'log').mockReturnValue();
  jest.spyOn(console, 'error').mockImplementation((text: unknown) => {
    told += `${String(text)}\n`;
  });
});
beforeEach(() => {
  told = '';
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function converted(path: string, options: ConvertOptions): Promise<Buffer> {
  const output = join(folder, 'converted');
  await convert(path, { ...options, output, force: true });
  return readFileSync(output);
}

const lines = (text: Buffer): string[] => text.toString().split('\n').slice(0, -1);

describe('selection', () => {
  const input = (): string => {
    const path = join(folder, 'trades.dbn');
    writeFileSync(path, dbnFile(sampleRecords('trades', 1000)));
    return path;
  };

  it('--limit takes the first records, and the metadata tell', async () => {
    const all = lines(await converted(input(), { to: 'csv' }));
    expect(lines(await converted(input(), { to: 'csv', limit: 3 }))).toEqual(all.slice(0, 4));
    const dbn = await converted(input(), { to: 'dbn', limit: 3 });
    const before = readFileSync(input());
    expect(dbn.length).toBe(before.length - 997 * 48);
    expect(dbn.readBigUInt64LE(42)).toBe(3n);
    expect(dbn.subarray(50)).toEqual(before.subarray(50, dbn.length));
  });

  it('--schema of another kind leaves nothing, and says what there is', async () => {
    expect(lines(await converted(input(), { to: 'csv', schema: 'mbo' }))).toHaveLength(1);
    expect(told).toContain('the input holds 1,000 trades');
  });

  it('--no-header and --pretty', async () => {
    const [first] = lines(await converted(input(), { to: 'csv', header: false, pretty: true }));
    expect(first).toMatch(/^1970-01-01T00:00:00\.000000001Z,,0,0,0, , ,0,-9223372036\.854775808,/);
  });

  it('missing mappings are told', async () => {
    const [, first] = lines(await converted(input(), { to: 'csv', mapSymbols: true }));
    expect(first).toMatch(/,$/);
    expect(told).toContain('no symbol is known');
  });
});

describe('output', () => {
  const [input, output] = ['in.dbn', 'out.csv'];
  const paths = () => ({ input: join(folder, input), output: join(folder, output) });
  beforeEach(() => {
    rmSync(paths().output, { force: true });
    writeFileSync(paths().input, dbnFile(sampleRecords('trades', 10)));
  });

  it('an existing file stays unless --force is given', async () => {
    const { input, output } = paths();
    writeFileSync(output, 'mine');
    await expect(convert(input, { output })).rejects.toThrow('--force replaces it');
    expect(readFileSync(output, 'utf8')).toBe('mine');
    await convert(input, { output, force: true });
    expect(lines(readFileSync(output))).toHaveLength(11);
  });

  it('a truncated input leaves no file, or with --partial what was whole', async () => {
    const { input, output } = paths();
    writeFileSync(input, readFileSync(input).subarray(0, -1));
    const fault = /in\.dbn: record 9 at byte \d+ has only 47 of its 48 bytes/;
    await expect(convert(input, { output })).rejects.toThrow(fault);
    expect(readdirSync(folder).filter((name) => name.startsWith('out.csv'))).toEqual([]);
    await expect(convert(input, { output, partial: true })).rejects.toThrow(fault);
    expect(lines(readFileSync(output))).toHaveLength(10);
  });

  it('unknown kinds are refused, or left out and told', async () => {
    const { input, output } = paths();
    const bytes = readFileSync(input);
    bytes[bytes.length - 48 + 1] = 0x55;
    writeFileSync(input, bytes);
    await expect(convert(input, { output })).rejects.toThrow(
      /unknown rtype 85.*--skip-unknown leaves them out/,
    );
    await convert(input, { output, skipUnknown: true });
    expect(lines(readFileSync(output))).toHaveLength(10);
    expect(told).toContain('left out 1 records of the unknown rtype 85');
  });

  it('the name tells the format and the compression', async () => {
    const { input } = paths();
    const path = join(folder, 'named.jsonl.zst');
    await convert(input, { output: path });
    expect(lines(zstdDecompressSync(readFileSync(path)))).toHaveLength(10);
    await expect(convert(input, { output: join(folder, 'named') })).rejects.toThrow(
      '--to csv|json',
    );
  });

  it.each<readonly [string, ConvertOptions]>([
    ['pretty prices and times are for csv and json', { to: 'parquet', pretty: true }],
    ['dbn has no room for symbols', { to: 'dbn', mapSymbols: true }],
    ['zstd is for csv, json and dbn', { to: 'arrow', zstd: true }],
    ["'candles' is no kind of record", { to: 'csv', schema: 'candles' }],
  ])('%s', async (message, options) => {
    const { input, output } = paths();
    await expect(convert(input, { ...options, output })).rejects.toThrow(message);
    expect(existsSync(output)).toBe(false);
  });
});
