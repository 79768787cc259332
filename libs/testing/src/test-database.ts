import { randomUUID } from 'node:crypto';

import { createDatabase, dropDatabase } from '@tapeline/embedded';

/** An empty database of one test's own. */
export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
  readonly name: string;
  /** Drops it, ending the sessions in it. */
  drop(): Promise<void>;
}

/**
 * Creates an empty database on the PostgreSQL that all tests of a run share. Call `drop()` in
 * `afterAll`, or declare it with `await using`.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const serverUrl = await sharedServerUrl();
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const url = await createDatabase(serverUrl, name);
  const drop = (): Promise<void> => dropDatabase(serverUrl, name);
  return { url, name, drop, [Symbol.asyncDispose]: drop };
}

async function sharedServerUrl(): Promise<string> {
  const broker = process.env['TAPELINE_TEST_BROKER'];
  if (broker === undefined) {
    throw new Error(
      'testDatabase() works only under jest.config.js of the project, which names the global setup.',
    );
  }
  // A test that was busy for seconds would find a kept connection closed.
  const response = await fetch(broker, { headers: { connection: 'close' } });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`The PostgreSQL for tests did not start. ${text}`);
  }
  return text;
}
