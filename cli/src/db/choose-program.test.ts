import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { findPostgresPrograms } from '@tapeline/embedded';
import { makeTemporaryFolder } from '@tapeline/testing';
import { chooseProgram, connectionEnvironment } from './choose-program.js';
import { feed, outputOf } from './run-program.js';

let folder = '';
beforeAll(() => {
  folder = makeTemporaryFolder('programs');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function program(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

const versions = (...list: string[]) =>
  list.map((version) => ({ path: version, version, major: Number.parseInt(version, 10) }));

it.each([
  [15, '15.18'],
  [16, '17.2'],
  [18, '18.0'],
])('takes for a server of %i the pg_dump of %s', (major, wanted) => {
  const choice = chooseProgram('pg_dump', versions('15.18', '17.2', '18.0'), major);
  expect(choice).toMatchObject({ program: { version: wanted } });
});

it('says what to install where every one is too old, and where there is none', () => {
  expect(chooseProgram('pg_dump', versions('15.18', '15.18'), 18)).toEqual({
    remedy:
      'the pg_dump of this machine is of PostgreSQL 15.18, and 18 or newer is needed: install postgresql-client-18, or name the folder of its programs with TAPELINE_PG_BIN',
  });
  expect(chooseProgram('pg_restore', [], 17)).toMatchObject({
    remedy: expect.stringContaining('there is no pg_restore on this machine'),
  });
});

it('finds the programs of the folder that is named, by what they say of themselves', async () => {
  const path = program('pg_dump', 'echo "pg_dump (PostgreSQL) 18beta1 (Debian 18~beta1)"');
  program('pg_restore', 'echo "something else 18"');
  const env = { TAPELINE_PG_BIN: folder };
  expect(await findPostgresPrograms('pg_dump', env)).toEqual([
    { path, version: '18beta1', major: 18 },
  ]);
  expect(await findPostgresPrograms('pg_restore', env)).toEqual([]);
  expect(await findPostgresPrograms('pg_dump', { TAPELINE_PG_BIN: join(folder, 'no') })).toEqual(
    [],
  );
});

it('tells libpq the address by variables, escaped characters as they are', () => {
  expect(
    connectionEnvironment('postgres://me%40x:p%2Fw%3A@db.example:6543/my%20base?sslmode=require'),
  ).toEqual({
    PGHOST: 'db.example',
    PGPORT: '6543',
    PGDATABASE: 'my base',
    PGUSER: 'me@x',
    PGPASSWORD: 'p/w:',
    PGCLIENTENCODING: 'UTF8',
    PGSSLMODE: 'require',
  });
});

it('fails with what a program complains of, whatever it wrote before', async () => {
  const path = program('fails', 'echo rows; echo "server version mismatch" >&2; exit 3');
  const taken: string[] = [];
  const read = async (): Promise<void> => {
    for await (const bytes of outputOf({ path, args: [], env: {} })) taken.push(String(bytes));
  };
  await expect(read()).rejects.toThrow(`${path} failed (3):\nserver version mismatch`);
  expect(taken).toEqual(['rows\n']);
});

it('fails with the complaint of a program that does not take its input', async () => {
  const path = program('refuses', 'echo "cannot restore" >&2; exit 1');
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) yield Buffer.alloc(65_536);
  }
  await expect(feed({ path, args: [], env: {} }, endless())).rejects.toThrow('cannot restore');
});
