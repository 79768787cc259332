import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openArchive } from '@tapeline/archive';
import { makeTemporaryFolder } from '@tapeline/testing';
import { dbnFile } from '../dbn/sample-file.js';
import { rulesFixture, runRules, shipped, trades } from './rules-fixture.js';

let folder = '';
let changed = '';
let file = '';
beforeAll(() => {
  ({ folder, changed, file } = rulesFixture(makeTemporaryFolder('rules')));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rules = (...args: string[]) => runRules(folder, args);

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
