import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { sampleBatch, SCHEMAS } from '@tapeline/records';
import { compressFrames } from './compress-frames.js';
import { encodeMetadata } from './encode-metadata.js';
import { encodeRecords } from './encode-records.js';
import { fragmentMetadata } from './fragment.js';
import { toArray } from './testdata.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

async function* parts(): AsyncGenerator<Uint8Array> {
  const metadata = fragmentMetadata({ version: 3, schema: SCHEMAS.trades.code });
  yield encodeMetadata({ ...metadata, dataset: 'GLBX.MDP3', symbols: ['ESH4'] });
  yield encodeRecords(sampleBatch(SCHEMAS.trades, 5), 3);
}

it('the quick start runs as it stands', async () => {
  const [, code] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  expect(code!.trim().split('\n').length).toBeLessThanOrEqual(10);
  const folder = mkdtempSync(join(tmpdir(), 'tapeline-dbn-'));
  try {
    const file = join(folder, 'trades.dbn.zst');
    writeFileSync(file, Buffer.concat(await toArray(compressFrames(parts()))));
    const run = spawnSync(process.execPath, ['--input-type=module-typescript', '-', file], {
      cwd: import.meta.dirname,
      input: code,
      encoding: 'utf8',
    });
    expect(run.stderr).toBe('');
    expect(run.stdout).toBe(`GLBX.MDP3 [ 'ESH4' ]\ntrades 5 -9223372036854775808n\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
