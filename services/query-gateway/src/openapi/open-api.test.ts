import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { testDatabase, testNats } from '@tapeline/testing';
import type { TestDatabase, TestNats } from '@tapeline/testing';
import { startTestGateway } from '../start-test-gateway.js';
import type { TestGateway } from '../start-test-gateway.js';
import { openApiText } from './open-api-text.js';

let database: TestDatabase;
let nats: TestNats;
let gateway: TestGateway;

beforeAll(async () => {
  [database, nats] = await Promise.all([testDatabase(), testNats()]);
  gateway = await startTestGateway(database, nats, { access: { auth: 'keys' } });
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([database.drop(), nats.stop()]);
});

interface Parameter {
  readonly name: string;
  readonly required: boolean;
  readonly schema: { readonly enum?: readonly string[]; readonly default?: string };
}
interface Document {
  readonly paths: Record<string, Record<string, { readonly parameters?: Parameter[] }>>;
}
const document = JSON.parse(openApiText()) as Document;

it('docs/openapi.json is what the operations say; run `npm run docs` if this fails', () => {
  const committed = readFileSync(new URL('../../../../docs/openapi.json', import.meta.url), 'utf8');
  expect(openApiText()).toBe(committed);
});

it('is OpenAPI 3.1', async () => {
  expect(await new Validator().validate(openApiText())).toEqual({ valid: true });
});

it('tells what a parameter takes', () => {
  const parameters = document.paths['/v1/timeseries']!['get']!.parameters!;
  const named = (name: string) => parameters.find((one) => one.name === name)!;
  expect(named('start').required).toBe(true);
  expect(named('limit').required).toBe(false);
  expect(named('schema').schema.enum).toContain('mbp-10');
  expect(named('encoding').schema.enum).toEqual([
    'json',
    'ndjson',
    'csv',
    'arrow',
    'parquet',
    'dbn',
  ]);
  expect(named('order').schema).toMatchObject({ default: 'asc', enum: ['asc', 'desc'] });
});

it('is given to everybody, with a page for people', async () => {
  expect(await (await gateway.get('/openapi.json')).json()).toEqual(document);
  const page = await gateway.get('/docs');
  expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
  const files = [...(await page.text()).matchAll(/(?:href|src)="(docs\/[^"]+)"/g)].map(
    ([, file]) => file!,
  );
  expect(files).toHaveLength(4);
  for (const file of files) {
    const response = await gateway.get(`/${file}`);
    expect([file, response.status]).toEqual([file, 200]);
    expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(100);
  }
  for (const file of ['package.json', '..%2fpackage.json', '__proto__']) {
    expect((await gateway.get(`/docs/${file}`)).status).toBe(404);
  }
});
