/** For tests of `tapeline rules`: trades of which three are damaged, changed rules, and the command. */
import { execFile } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ColumnarBatch, SCHEMAS, UNDEF_PRICE } from '@tapeline/records';
import { dbnFile } from '../dbn/sample-file.js';

const tapeline = fileURLToPath(new URL('../../bin/tapeline.js', import.meta.url));
export const shipped = fileURLToPath(new URL('../../../configs/', import.meta.url));
const run = promisify(execFile);

/** Sound trades, except that record 5 has no price, 12,345 no size, and 20,000 was marked by Databento. */
export function trades(length: number): ColumnarBatch {
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

export interface RulesFixture {
  readonly folder: string;
  /** A configuration folder: {@link changedConfigs}. */
  readonly changed: string;
  /** A DBN file of 25,000 {@link trades}. */
  readonly file: string;
}

/** Files for the tests of a file. @param folder theirs alone. */
export function rulesFixture(folder: string): RulesFixture {
  const file = join(folder, 'trades.dbn');
  writeFileSync(file, dbnFile(trades(25_000)));
  return { folder, changed: changedConfigs(folder), file };
}

/** The shipped rules, except that a trade may have no size, record 7 is filtered, and record 3 gets another sequence. */
function changedConfigs(folder: string): string {
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

export function replaceIn(path: string, text: string, by: string): void {
  const before = readFileSync(path, 'utf8');
  if (!before.includes(text)) throw new Error(`${path} has no ${text}`);
  writeFileSync(path, before.replace(text, by));
}

export interface Answer {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** Runs the command as people do, while no stack runs. @param folder where none runs. */
export async function runRules(folder: string, args: readonly string[]): Promise<Answer> {
  try {
    const env = { ...process.env, TAPELINE_STATE_DIR: folder };
    return { code: 0, ...(await run(process.execPath, [tapeline, 'rules', ...args], { env })) };
  } catch (error) {
    return error as Answer & Error;
  }
}
