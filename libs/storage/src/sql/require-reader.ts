import type { PoolClient } from 'pg';
import { UnsafeSqlRoleError } from './sql-answer.js';

/**
 * What a login may do that a reader may not, by the rights of the login itself: a statement may change the role it acts as
 * within those.
 */
const RIGHTS = `
  SELECT r.rolsuper AS "is a superuser",
         r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls AS "manages roles or databases",
         EXISTS (SELECT FROM pg_roles m WHERE m.oid <> r.oid AND pg_has_role(r.oid, m.oid, 'MEMBER')) AS "is a member of other roles",
         EXISTS (SELECT FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
                    AND NOT c.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('pg_catalog', 'information_schema'))
                    AND CASE WHEN c.relkind = 'S' THEN has_sequence_privilege(r.oid, c.oid, 'UPDATE')
                             ELSE has_table_privilege(r.oid, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE') END) AS "may write tables",
         EXISTS (SELECT FROM pg_namespace n WHERE n.nspname NOT LIKE 'pg\\_%' AND has_schema_privilege(r.oid, n.oid, 'CREATE')) AS "may make tables",
         has_function_privilege(r.oid, 'pg_read_file(text)', 'EXECUTE') OR has_function_privilege(r.oid, 'lo_import(text)', 'EXECUTE') AS "may read files"
    FROM pg_roles r WHERE r.rolname = session_user`;

/** @throws UnsafeSqlRoleError if the login of the connection could do more than read. */
export async function requireReader(client: PoolClient): Promise<void> {
  const { rows } = await client.query<Record<string, boolean>>(RIGHTS);
  const rights = Object.entries(rows[0] ?? { 'has no role': true }).filter(([, has]) => has);
  if (rights.length === 0) return;
  throw new UnsafeSqlRoleError(`the role ${rights.map(([name]) => name).join(', ')}`);
}
