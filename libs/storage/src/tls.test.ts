/** Encrypted connections by the parameters of the address: of the pool, and of migrations. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { testDatabase } from '@tapeline/testing';
import type { TestDatabase } from '@tapeline/testing';
import { Client, escapeLiteral } from 'pg';
import { MIGRATIONS, migrate } from './schema/migrate.js';
import { Storage } from './storage.js';
import { selfSigned } from './test-certificate.js';

const folder = mkdtempSync(join(tmpdir(), 'tapeline-tls-'));
let database: TestDatabase;
let superuser: Client;

/** The address by another name of the host, with parameters. */
function addressOf(host: string, parameters: Readonly<Record<string, string>>): string {
  const url = new URL(database.url);
  url.hostname = host;
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

function saved(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function isEncrypted(address: string): Promise<boolean> {
  const storage = Storage.open({ url: address, connections: 1 });
  try {
    const { rows } = await storage.pool.query<{ ssl: boolean }>(
      'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
    );
    return rows[0]!.ssl;
  } finally {
    await storage.close();
  }
}

let authority: string;
let stranger: string;

beforeAll(async () => {
  database = await testDatabase();
  superuser = new Client({ connectionString: database.url });
  await superuser.connect();
  const { certificate, key } = selfSigned('localhost');
  authority = saved('authority.pem', certificate);
  stranger = saved('stranger.pem', selfSigned('localhost').certificate);
  const { rows } = await superuser.query<{ data_directory: string }>('SHOW data_directory');
  const place = rows[0]!.data_directory;
  for (const [file, text] of [
    ['test.crt', certificate],
    ['test.key', key],
  ] as const) {
    // The server takes a key only from a file of its own user that nobody else may read.
    const program = escapeLiteral(`umask 077; cat > '${place}/${file}'`);
    const lines = escapeLiteral(text.trim());
    await superuser.query(
      `COPY (SELECT unnest(string_to_array(${lines}, E'\\n'))) TO PROGRAM ${program}`,
    );
  }
  await superuser.query("ALTER SYSTEM SET ssl_cert_file = 'test.crt'");
  await superuser.query("ALTER SYSTEM SET ssl_key_file = 'test.key'");
  await setEncryption(true);
});
afterAll(async () => {
  await setEncryption(false);
  for (const name of ['ssl', 'ssl_cert_file', 'ssl_key_file']) {
    await superuser.query(`ALTER SYSTEM RESET ${name}`);
  }
  await superuser.end();
  await database.drop();
  rmSync(folder, { recursive: true });
});

/** Others' sessions stay as they are; new ones may be encrypted, and need not be. */
async function setEncryption(isOn: boolean): Promise<void> {
  await superuser.query(`ALTER SYSTEM SET ssl = ${isOn ? 'on' : 'off'}`);
  await superuser.query('SELECT pg_reload_conf()');
  // The server reads its settings when it gets round to it; each new session shows those of then.
  for (;;) {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query<{ ssl: string }>('SHOW ssl');
    await client.end();
    if (rows[0]!.ssl === (isOn ? 'on' : 'off')) return;
  }
}

it('is encrypted and knows the server with verify-full, and plain without', async () => {
  const parameters = { sslmode: 'verify-full', sslrootcert: authority };
  expect(await isEncrypted(addressOf('localhost', parameters))).toBe(true);
  expect(await isEncrypted(database.url)).toBe(false);
});

it.each([
  [
    'of another authority',
    () => addressOf('localhost', { sslmode: 'verify-full', sslrootcert: stranger }),
  ],
  ['of an unknown authority', () => addressOf('localhost', { sslmode: 'verify-full' })],
  [
    'under another name',
    () => addressOf('127.0.0.1', { sslmode: 'verify-full', sslrootcert: authority }),
  ],
] as const)('refuses a server %s, for queries as for migrations', async (_, address) => {
  const refusal = { code: expect.stringMatching(/SELF_SIGNED|ERR_TLS_CERT_ALTNAME_INVALID/) };
  await expect(isEncrypted(address())).rejects.toMatchObject(refusal);
  await expect(migrate(address())).rejects.toMatchObject(refusal);
});

it('migrates on encrypted connections only', async () => {
  const { rows } = await superuser.query<{ hasLoginTriggers: boolean }>(
    `SELECT current_setting('server_version_num')::int >= 170000 AS "hasLoginTriggers"`,
  );
  if (!rows[0]!.hasLoginTriggers) {
    console.warn(
      'not tested: event triggers on login, which this test needs, are of PostgreSQL 17',
    );
    return;
  }
  // Only tests of this file have sessions in this database.
  await superuser.query(`CREATE FUNCTION refuse_plain() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NOT (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()) THEN RAISE 'a plain session'; END IF; END $$`);
  await superuser.query(
    'CREATE EVENT TRIGGER refuse_plain ON login EXECUTE FUNCTION refuse_plain()',
  );
  await superuser.query('ALTER EVENT TRIGGER refuse_plain ENABLE ALWAYS');
  try {
    await expect(migrate(database.url)).rejects.toThrow('a plain session');
    const parameters = { sslmode: 'verify-full', sslrootcert: authority };
    expect(await migrate(addressOf('localhost', parameters))).toHaveLength(MIGRATIONS.length);
  } finally {
    await superuser.query('DROP EVENT TRIGGER refuse_plain');
  }
});
