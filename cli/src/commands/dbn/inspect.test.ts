import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWithTestdata, makeTemporaryFolder, testdataPath } from '@tapeline/testing';
import { dbnFile, sampleRecords } from '../../dbn/sample-file.js';

const tapeline = fileURLToPath(new URL('../../../bin/tapeline.js', import.meta.url));
const run = promisify(execFile);

let folder = '';
beforeAll(() => {
  folder = makeTemporaryFolder('inspect');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Answer {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** Runs the command as people do. */
async function dbn(...args: string[]): Promise<Answer> {
  try {
    return { code: 0, ...(await run(process.execPath, [tapeline, 'dbn', ...args])) };
  } catch (error) {
    return error as Answer & Error;
  }
}

describeWithTestdata('tapeline dbn inspect', () => {
  it('tells what is in a file', async () => {
    const path = testdataPath('nautilus_trader', 'definition-glbx-es-fut.dbn.zst');
    const { stdout, code } = await dbn('inspect', path, '--json');
    const expected = testdataPath(
      'expected',
      'nautilus_trader',
      'definition-glbx-es-fut.dbn.zst.jsonl',
    );
    const { metadata } = JSON.parse(readFileSync(expected, 'utf8').split('\n')[0]!) as {
      metadata: Record<string, unknown>;
    };
    const { symbols, partial, not_found, dataset, start, mappings } = metadata;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      zstd: true,
      complete: true,
      records: 2,
      metadata: { dataset, start, symbols, partial, not_found },
      kinds: [{ kind: 'definition', rtype: 19, records: 2, time: 'ts_recv' }],
    });
    const { metadata: told } = JSON.parse(stdout) as { metadata: { mappings: unknown[] } };
    expect(told.mappings).toHaveLength((mappings as unknown[]).length);
  });

  it('tells a live session from its records', async () => {
    const path = testdataPath('databento-python', 'LIVE', 'test_data.live.dbn.zst');
    const { stdout } = await dbn('inspect', path);
    expect(stdout).toMatch(/schema {4}mixed/);
    expect(stdout).toMatch(/symbol-mapping │ 0x16 {2}│ {6}20/);
    expect(stdout).toContain('2023-11-21T23:46:03.261778133Z');
    expect(stdout).toMatch(/183748 │ ESZ4 {3}│ {6}46/);
  });
});

describe('the command line', () => {
  it('inspect reports what is readable of a truncated file, then the fault', async () => {
    const path = join(folder, 'truncated.dbn');
    writeFileSync(path, dbnFile(sampleRecords('trades', 10)).subarray(0, -1));
    const text = await dbn('inspect', path);
    expect(text.code).toBe(1);
    expect(text.stdout).toMatch(/trades │ 0x00 {2}│ {7}9/);
    expect(text.stderr).toMatch(/^tapeline: .*truncated\.dbn: record 9 at byte \d+ has only 47 of/);
    const json = await dbn('inspect', path, '--json');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      records: 9,
      complete: false,
      error: { code: 'truncated' },
    });
  });

  it('inspect counts unknown kinds, and times to the nanosecond', async () => {
    const path = join(folder, 'unknown.dbn');
    const batch = sampleRecords('trades', 4);
    batch.column('ts_recv').set([5n, 2n ** 63n - 1n, 2n ** 64n - 1n, 2n ** 32n] as never);
    const bytes = dbnFile(batch);
    bytes[bytes.length - 48 + 1] = 0x55;
    writeFileSync(path, bytes);
    const { stdout } = await dbn('inspect', path, '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      records: 4,
      kinds: [
        {
          records: 3,
          first: '1970-01-01T00:00:00.000000005Z',
          last: '2262-04-11T23:47:16.854775807Z',
        },
      ],
      unknown: [{ rtype: 0x55, records: 1 }],
    });
  });

  it.each([
    ['there is no such file', ['inspect', 'nowhere.dbn']],
    ['is a folder', ['convert', '.', '--to', 'csv']],
    ['say what to convert to', ['convert', fileURLToPath(import.meta.url)]],
    ['instead of "DBN"', ['inspect', fileURLToPath(import.meta.url)]],
    ['DBN has versions 1, 2 and 3', ['inspect', 'x', '--fragment', '4']],
  ])('%s: one message, exit code 1', async (message, args) => {
    const { stdout, stderr, code } = await dbn(...args);
    expect([stdout, code]).toEqual(['', 1]);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });

  it('convert streams from standard input to standard output', async () => {
    const bytes = dbnFile(sampleRecords('trades', 20_000));
    const child = spawn(process.execPath, [tapeline, 'dbn', 'convert', '-', '--to', 'dbn']);
    child.stdin.end(bytes);
    const [output] = await Promise.all([child.stdout.toArray(), once(child, 'close')]);
    expect(Buffer.concat(output as Buffer[]).equals(bytes)).toBe(true);
  });

  it('convert ends quietly when its reader has seen enough', async () => {
    const path = join(folder, 'many.dbn');
    writeFileSync(path, dbnFile(sampleRecords('trades', 20_000)));
    const child = spawn(process.execPath, [tapeline, 'dbn', 'convert', path, '--to', 'csv']);
    const errors = child.stderr.toArray();
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [code] = (await once(child, 'close')) as [number];
    expect([code, await errors]).toEqual([0, []]);
  });

  it('an interrupted conversion leaves no file behind', async () => {
    const output = join(folder, 'interrupted.csv');
    const args = [tapeline, 'dbn', 'convert', '-', '--output', output];
    const watcher = watch(folder);
    const created = once(watcher, 'change');
    const child = spawn(process.execPath, args);
    const errors = child.stderr.toArray();
    const left = (): string[] => readdirSync(folder).filter((name) => name.includes('interrupted'));
    try {
      // Standard input stays open: the conversion has begun and waits for more.
      child.stdin.write(dbnFile(sampleRecords('trades', 100)));
      await created;
      expect(left()).not.toContain('interrupted.csv');
      child.kill('SIGINT');
      const [code] = (await once(child, 'close')) as [number];
      expect([code, left()]).toEqual([1, []]);
    } finally {
      watcher.close();
      child.kill('SIGKILL');
    }
    expect(String(await errors)).toContain('interrupted');
  });
});
