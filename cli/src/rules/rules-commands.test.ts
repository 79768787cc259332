import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SCHEMAS, UNDEF_PRICE } from '@tapeline/records';
import { makeTemporaryFolder } from '@tapeline/testing';
import { dbnFile } from '../dbn/sample-file.js';
import { replaceIn, rulesFixture, runRules, shipped, trades } from './rules-fixture.js';

let folder = '';
let changed = '';
let file = '';
beforeAll(() => {
  ({ folder, changed, file } = rulesFixture(makeTemporaryFolder('rules')));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rules = (...args: string[]) => runRules(folder, args);

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

  it('needs a stack for definitions', async () => {
    const { stderr, code } = await rules('test', file, '--definitions');
    expect([stderr, code]).toEqual([
      "tapeline: nothing is running that holds definitions: 'tapeline up' starts a stack\n",
      1,
    ]);
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
