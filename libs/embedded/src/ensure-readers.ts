import { randomBytes } from 'node:crypto';
import { Client, escapeLiteral } from 'pg';

/** As deploy/postgres/010-roles.sh names them. */
const READERS = ['tapeline_reader', 'tapeline_sql'] as const;

/**
 * The roles of a database that may only read: for the gateway, and for SQL that people send it. Both get a new password.
 * @param url of a superuser.
 * @returns the addresses of the same database as these roles.
 */
export async function ensureReaders(url: string): Promise<{ reader: string; sql: string }> {
  const password = randomBytes(24).toString('hex');
  const client = new Client({ connectionString: url });
  client.on('error', () => {
    // The query itself reports a lost connection.
  });
  await client.connect();
  try {
    const { rows } = await client.query<{ rolname: string }>(
      'SELECT rolname FROM pg_roles WHERE rolname = ANY($1)',
      [READERS],
    );
    const there = new Set(rows.map(({ rolname }) => rolname));
    const all = READERS.join(', ');
    const statements = [
      ...READERS.filter((role) => !there.has(role)).map((role) => `CREATE ROLE ${role}`),
      ...READERS.flatMap((role) => [
        `ALTER ROLE ${role} LOGIN PASSWORD ${escapeLiteral(password)}`,
        `ALTER ROLE ${role} SET default_transaction_read_only = on`,
      ]),
      "ALTER ROLE tapeline_sql SET temp_file_limit = '4GB'",
      'REVOKE TEMPORARY ON DATABASE tapeline FROM PUBLIC',
      'REVOKE CREATE ON SCHEMA public FROM PUBLIC',
      `GRANT USAGE ON SCHEMA public TO ${all}`,
      `GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${all}`,
      // Of the superuser, as whom the services of this stack make tables.
      `ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO ${all}`,
    ];
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
  const [reader, sql] = READERS.map((role) => addressAs(url, role, password));
  return { reader: reader!, sql: sql! };
}

function addressAs(url: string, role: string, password: string): string {
  const address = new URL(url);
  [address.username, address.password] = [role, password];
  return address.href;
}
