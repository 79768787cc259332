/** The roles that deploy/postgres/010-roles.sh creates, under names of one test's own: roles belong to a server. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { escapeIdentifier, escapeLiteral } from 'pg';
import type { ClientBase } from 'pg';

const SCRIPT = join(import.meta.dirname, '../../../deploy/postgres/010-roles.sh');

export interface TestRoles {
  readonly prefix: string;
  readonly owner: string;
  readonly writer: string;
  readonly reader: string;
  /** For SQL that people send; has the password of the others. */
  readonly sql: string;
  /** Of writer and reader. */
  readonly password: string;
}

export function namedRoles(): TestRoles {
  const prefix = `test_${randomUUID().slice(0, 8)}_`;
  const password = randomUUID();
  return {
    prefix,
    owner: `${prefix}owner`,
    writer: `${prefix}writer`,
    reader: `${prefix}reader`,
    sql: `${prefix}sql`,
    password,
  };
}

/**
 * Runs the script's statements as psql would. @returns how many there were.
 * @param database null leaves out rights on the database itself, which the build in WebAssembly cannot change.
 */
export async function createRoles(
  superuser: Pick<ClientBase, 'query'>,
  database: string | null,
  { prefix, password }: TestRoles,
): Promise<number> {
  const [, sql = ''] = /<<'SQL'\n(.*)\nSQL\n/s.exec(readFileSync(SCRIPT, 'utf8')) ?? [];
  const statements = sql
    .replaceAll('tapeline_', prefix)
    .replaceAll(/:'\w+'/g, escapeLiteral(password))
    .replaceAll(':"database"', escapeIdentifier(database ?? ''))
    .split(/;$|(?<=\\gexec)$/m)
    .filter((statement) => database !== null || !statement.includes(' ON DATABASE '));
  for (const statement of statements) {
    const isGenerator = statement.includes('\\gexec');
    const { rows } = await superuser.query<Record<string, string>>(
      statement.replace('\\gexec', ''),
    );
    if (!isGenerator) continue;
    for (const row of rows) await superuser.query(Object.values(row)[0]!);
  }
  return statements.length;
}
