/** The statements of Grafana's dashboards, run against the tables that the migrations make. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migrate, Storage } from '@tapeline/storage';
import { testDatabase } from '@tapeline/testing';
import type { TestDatabase } from '@tapeline/testing';

const folder = join(import.meta.dirname, '../../../deploy/grafana/dashboards');

interface Dashboard {
  title: string;
  panels: { title: string; targets: { rawSql: string }[] }[];
}

const statements = readdirSync(folder).flatMap((file) => {
  const { title, panels } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Dashboard;
  return panels.flatMap((panel) =>
    panel.targets.map(({ rawSql }) => [`${title}: ${panel.title}`, rawSql] as const),
  );
});

let database: TestDatabase;
let storage: Storage;

beforeAll(async () => {
  database = await testDatabase();
  await migrate(database.url);
  storage = Storage.open({ url: database.url, connections: 1 });
});
afterAll(async () => {
  await storage.close();
  await database.drop();
});

describe('every panel', () => {
  it.each(statements)('%s', async (_, sql) => {
    const { fields } = await storage.pool.query(
      sql.replaceAll(/\$__timeFilter\((\w+)\)/g, `$1 > now() - interval '6 hours'`),
    );
    expect(fields.length).toBeGreaterThan(0);
  });
});
