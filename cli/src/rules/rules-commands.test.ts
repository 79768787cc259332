import { execFile } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openArchive } from '@tapeline/archive';
import { ColumnarBatch, SCHEMAS, UNDEF_PRICE } from '@tapeline/records';
import { makeTemporaryFolder } from '@tapeline/testing';
import { dbnFile } from '../dbn/sample-file.js';

const tapeline = fileURLToPath(new URL('../../bin/tapeline.js', import.meta.url));
const shipped = fileURLToPath(new URL('../../../configs/', import.meta.url));
const run = promisify(execFile);

let folder = '';
let changed = '';
let file = '';
beforeAll(() => {
  folder = makeTemporaryFolder('rules');
  changed = changedConfigs();
  file = join(folder, 'trades.dbn');
  writeFileSync(file, dbnFile(trades(25_000)));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Sound trades, except that record 5 has no price, 12,345 no size, and 20,000 was marked by Databento. */
function trades(length: number): ColumnarBatch {
  const batch = ColumnarBatch.allocate(SCHEMAS.trades, length);
  const start = 1_719_840_600_000_000_000n;
  (batch.column('ts_event') as BigUint64Array).forEach((_, row, times) => {
    times[row] = start + BigInt(row);
  });
  (batch.column('ts_recv') as BigUint64Array).forEach((_, row, times) => {
    times[row] = start + BigInt(row) + 1000n;
  });
  (batch.column('price') as BigInt64Array).fill(5_500_250_000_000n);
  (batch.column('publisher_id') as Uint16Array).fill(1);
  (batch.column('action') as Uint8Array).fill('T'.charCodeAt(0));
  (batch.column('side') as Uint8Array).fill('B'.charCodeAt(0));
  (batch.column('size') as Uint32Array).fill(3);
  if (length > 20_000) {
    batch.column('price')[5] = UNDEF_PRICE;
    batch.column('size')[12_345] = 0;
    batch.column('flags')[20_000] = 8;
  }
  return batch;
}

/** The shipped rules, except that a trade may have any size, those of record 7 are filtered, and prices are rounded. */
function changedConfigs(): string {
  const configs = join(folder, 'changed');
  cpSync(shipped, configs, { recursive: true });
  replaceIn(join(configs, 'rules', 'standard.yaml'), '  - trades\n', '');
  writeFileSync(
    join(configs, 'rules', 'trades.yaml'),
    `schemas: [trades]
set:
  - { column: sequence, to: 9, when: ts_event == timestamp('2024-07-01T13:30:00.000000003Z') }
derive:
  - { column: notional, as: price * size }
filter:
  - { name: seventh, when: ts_event == timestamp('2024-07-01T13:30:00.000000007Z') }
`,
  );
  replaceIn(join(configs, 'validation', 'trades.yaml'), 'refuse: size <= 0', 'refuse: size < 0');
  return configs;
}

function replaceIn(path: string, text: string, by: string): void {
  const before = readFileSync(path, 'utf8');
  if (!before.includes(text)) throw new Error(`${path} has no ${text}`);
  writeFileSync(path, before.replace(text, by));
}

interface Answer {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** Runs the command as people do. */
async function rules(...args: string[]): Promise<Answer> {
  try {
    return { code: 0, ...(await run(process.execPath, [tapeline, 'rules', ...args])) };
  } catch (error) {
    return error as Answer & Error;
  }
}

describe('check', () => {
  it('says what the shipped rules are', async () => {
    const { stdout, code } = await rules('check', '--configs', shipped, '--json');
    const told = JSON.parse(stdout) as { version: string; schemas: { schema: string }[] };
    expect(code).toBe(0);
    expect(told).toMatchObject({ ok: true });
    expect(told.version).toMatch(/^[0-9a-f]{12}\.[0-9a-f]{12}$/);
    expect(told.schemas.map(({ schema }) => schema)).toEqual(Object.keys(SCHEMAS));
  });

  it('tells the faults of all files, and exits 1', async () => {
    const configs = join(folder, 'faulty');
    cpSync(changed, configs, { recursive: true });
    const trades = join(configs, 'validation', 'trades.yaml');
    replaceIn(join(configs, 'rules', 'trades.yaml'), 'price * size', 'price * sise');
    replaceIn(trades, 'is_null(price)', 'is_nul(price)');
    replaceIn(trades, 'refuse: size < 0', 'refuse: notional < 0 || size < 0');
    replaceIn(join(configs, 'validation', 'bars.yaml'), 'volume <= 0', 'volume <= 0.5');
    const { stdout, stderr, code } = await rules('check', '--configs', configs);
    expect(code).toBe(1);
    expect(stdout.split('\n').map((line) => line.replace(`${configs}/`, ''))).toEqual([
      "rules/trades.yaml:5:37: unknown column 'sise': did you mean 'side'?",
      'validation/bars.yaml:26:13: int compared with decimal: an int has no fraction',
      expect.stringMatching(/^validation\/trades\.yaml:\d+:13: unknown function 'is_nul'/),
      '',
    ]);
    expect(stderr).toContain('3 faults in the rules');
    const json = await rules('check', '--configs', configs, '--json');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: false,
      faults: [
        { path: 'rules/trades.yaml', line: 5, column: 37 },
        { path: 'validation/bars.yaml', line: 26, column: 13 },
        { path: 'validation/trades.yaml', column: 13 },
      ],
    });
  });

  it('names schemas without rules, and folders that are none', async () => {
    const configs = join(folder, 'incomplete');
    cpSync(shipped, configs, { recursive: true });
    rmSync(join(configs, 'validation', 'status.yaml'));
    const { stdout, code } = await rules('check', '--configs', configs);
    expect([stdout.trim(), code]).toEqual([
      "no validation rules for status: add them to a file's schemas",
      1,
    ]);
    expect((await rules('check', '--configs', join(folder, 'nowhere'))).stderr).toContain(
      '--configs takes a folder with rules/ and validation/',
    );
  });
});

describe('list', () => {
  it('tells every rule with its place', async () => {
    const { stdout } = await rules('list', '--schema', 'trades', '--configs', changed, '--json');
    const told = JSON.parse(stdout) as { rules: { name: string }[] };
    expect(told.rules[0]).toMatchObject({
      schema: 'trades',
      stage: 'filter',
      severity: 'filtered',
      name: 'seventh',
      file: 'rules/trades.yaml',
      line: 7,
    });
    const text = await rules('list', '--schema', 'trades', '--configs', shipped);
    for (const part of [
      'price_undefined',
      'is_null(price)',
      'a trade of size {size} has no price',
    ]) {
      expect(text.stdout).toContain(part);
    }
    expect(text.stdout).toMatch(/validation\/trades\.yaml:\d+/);
  });

  it('knows the schemas', async () => {
    expect((await rules('list', '--schema', 'trade')).stderr).toContain(
      "there is no schema 'trade'",
    );
  });
});

describe('test', () => {
  it('counts what every rule did, and the sums', async () => {
    const { stdout, code } = await rules('test', file, '--configs', shipped, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      complete: true,
      fetched: 25_000,
      stored: 24_998,
      quarantined: 2,
      filtered: 0,
      holds: true,
      schemas: [
        {
          schema: 'trades',
          waits: false,
          rules: [
            {
              rule: 'price_undefined',
              severity: 'error',
              records: 1,
              first: 5,
              examples: ['a trade of size 3 has no price'],
            },
            { rule: 'bad_ts_recv', severity: 'warn', records: 1, first: 20_000 },
            { rule: 'size_not_positive', severity: 'error', records: 1, first: 12_345 },
          ],
        },
      ],
    });
    const text = await rules('test', file, '--configs', changed);
    expect(text.stdout).toContain(
      'trades: 25,000 records = 24,998 stored + 1 quarantined + 1 filtered',
    );
    expect(text.stdout).toMatch(/transform │ seventh +│ filtered │ +1 │ 0\.004 % │ +7 │/);
  });

  it('--limit takes the first records of each file', async () => {
    const { stdout } = await rules('test', file, file, '--limit', '6', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ fetched: 12, stored: 10, quarantined: 2 });
  });

  it('says when a chunk like this would wait for a person', async () => {
    const path = join(folder, 'refused.dbn');
    const batch = trades(4);
    batch.column('price')[0] = UNDEF_PRICE;
    writeFileSync(path, dbnFile(batch));
    const { stdout } = await rules('test', path, '--configs', shipped);
    expect(stdout).toContain('more than 20 % is refused: a chunk like this waits for a person');
  });

  it('tells what came before a fault of the file, then the fault', async () => {
    const path = join(folder, 'truncated.dbn');
    writeFileSync(path, readFileSync(file).subarray(0, -1));
    const { stdout, stderr, code } = await rules('test', path, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ complete: false, fetched: 24_999 });
    expect(stderr).toMatch(/truncated\.dbn: record 24999 at byte \d+ has only 47 of/);
  });
});

const DIFFERENCES = {
  records: 25_000,
  changed_outcomes: [
    { old: 'stored', new: 'filtered by seventh', records: 1, examples: [{ ordinal: 7 }] },
    {
      old: 'quarantined by size_not_positive',
      new: 'stored',
      records: 1,
      examples: [{ ordinal: 12_345, reason: 'a trade has size 0' }],
    },
  ],
  changed_records: 1,
  changed_columns: [
    { column: 'sequence', records: 1, examples: [{ ordinal: 3, old: '0', new: '9' }] },
  ],
  added_columns: ['notional'],
  removed_columns: [],
};

describe('diff', () => {
  it('tells which records of a file become something else', async () => {
    const { stdout, code } = await rules('diff', shipped, changed, '--file', file, '--json');
    expect(code).toBe(0);
    const told = JSON.parse(stdout) as { schemas: { rules: { rule: string }[] }[] };
    expect(told.schemas).toMatchObject([DIFFERENCES]);
    const byName = new Map(told.schemas[0]!.rules.map((rule) => [rule.rule, rule]));
    expect(byName.get('size_not_positive')).toMatchObject({
      old: { severity: 'error', records: 1 },
      new: { severity: 'error', records: 0 },
    });
    expect(byName.get('seventh')).toMatchObject({
      old: null,
      new: { severity: 'filtered', records: 1 },
    });
  });

  it('finds nothing between rules and themselves', async () => {
    const { stdout } = await rules('diff', changed, changed, '--file', file);
    expect(stdout).toContain('every rule was true of as many records as before');
    expect(stdout).toContain('every record has the outcome that it had');
    expect(stdout).toContain('every record that both store has the values that it had');
  });

  it('reads a chunk of an archive whose second part repeats records of the first', async () => {
    const chunkId = '0123456789abcdef0123';
    const archive = await openArchive({ folder: join(folder, 'stack', 'archive') });
    const request = { dataset: 'GLBX.MDP3', schema: 'trades', start: '0', end: '1' };
    const spool = await archive.spool({ chunkId, request });
    const all = trades(25_000);
    for (const records of [all.slice(0, 10_003), all.slice(10_000, 25_000)]) {
      const part = await spool.begin();
      await part.write(dbnFile(records));
      await part.end();
    }
    await spool.complete([
      { part: 0, skip: 0, records: 10_003 },
      { part: 1, skip: 3, records: 14_997 },
    ]);
    archive.close();
    const stack = join(folder, 'stack');
    const diff = ['diff', shipped, changed, '--json', '--folder', stack];
    const { stdout } = await rules(...diff, '--chunk', chunkId);
    expect((JSON.parse(stdout) as { schemas: object[] }).schemas).toMatchObject([DIFFERENCES]);
    const unknown = await rules(...diff, '--chunk', 'ffffffffffffffffffff');
    expect(unknown.stderr).toContain('the archive has no chunk ffffffffffffffffffff');
  });

  it('needs to know whose records', async () => {
    expect((await rules('diff', shipped, changed)).stderr).toContain(
      'one of --job, --chunk and --file',
    );
  });
});
