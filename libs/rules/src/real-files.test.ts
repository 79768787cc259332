/** The shipped rules refuse nothing that Databento really sent. */
import { readFileSync } from 'node:fs';
import { zstdDecompressSync } from 'node:zlib';
import { expect, it } from '@jest/globals';
import { DbnDecoder } from '@tapeline/dbn';
import { isSchemaName } from '@tapeline/records';
import type { ColumnarBatch } from '@tapeline/records';
import { describeWithTestdata, hasTestdata, testdataPath } from '@tapeline/testing';
import { compileRuleSet } from './rule-set/index.js';
import { shippedRules } from './testing/rule-files.js';

interface IndexEntry {
  readonly path: string;
  readonly schema: string | null;
  readonly records: number;
}

const files = (
  hasTestdata ? (JSON.parse(readFileSync(testdataPath('index.json'), 'utf8')) as IndexEntry[]) : []
).filter(({ path, schema }) => /\.dbn(\.zst)?$/.test(path) && schema && isSchemaName(schema));

describeWithTestdata('the shipped rules', () => {
  const rules = compileRuleSet(shippedRules());

  it.each(files)('store all of $path', ({ path, records }) => {
    const bytes = readFileSync(testdataPath(path));
    const decoder = new DbnDecoder({ upgrade: 'v3' });
    const plain = path.endsWith('.zst') ? zstdDecompressSync(bytes) : bytes;
    let stored = 0;
    const refusals: string[] = [];
    for (const block of decoder.push(plain)) {
      const batch = block.columns() as ColumnarBatch;
      const { transform, validate } = rules.schemas.get(batch.schema.name)!;
      const { accepted, reasons } = validate(transform(batch).batch);
      stored += accepted.length;
      refusals.push(...reasons);
    }
    expect(refusals).toEqual([]);
    expect(stored).toBe(records);
  });
});
