import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { describe } from '@jest/globals';
import { projectFolder } from '@tapeline/embedded';

const FOLDER = join(projectFolder(), '..', 'shared', 'databento', 'testdata');

/** Whether the recorded Databento files are on this machine. */
export const hasTestdata: boolean = existsSync(FOLDER);

/** The path of a recorded Databento file, e.g. `testdataPath('dbn/test_data.mbo.v3.dbn.zst')`. */
export function testdataPath(...parts: readonly string[]): string {
  return join(FOLDER, ...parts);
}

/**
 * A `describe` of tests that read recorded files. Where those are absent the tests are reported as
 * skipped, with the reason in the name. Read files in `beforeAll` or a test, not in `body` itself,
 * which runs in both cases.
 */
export function describeWithTestdata(name: string, body: () => void): void {
  const { skip } = describe;
  const suite = hasTestdata ? describe : skip;
  suite(hasTestdata ? name : `${name} (skipped: ${FOLDER} is absent)`, body);
}
