import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { makeTemporaryFolder } from '@tapeline/testing';
import { GatewayClient } from '../gateway-client.js';
import { zipOf } from './zip-fixture.js';
import { ZipImports } from './zip-imports.js';

/** The jobs that the gateway knows. */
let states: Record<string, { state: string; holds: boolean }>;
let folder: string;
let server: Server;
let gateway: GatewayClient;
let told: string[];
let zip: string;

beforeEach(async () => {
  states = {};
  told = [];
  folder = makeTemporaryFolder('imports');
  zip = join(folder, 'job.zip');
  writeFileSync(zip, zipOf([{ name: 'a.dbn', data: 'a' }]));
  server = createServer((request, response) => {
    const job = states[request.url!.replace('/v1/jobs/', '')];
    response.writeHead(job ? 200 : 404).end(JSON.stringify(job ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  gateway = new GatewayClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const newRun = (stackImports?: string): ZipImports =>
  new ZipImports(gateway, stackImports, (line) => told.push(line.replaceAll(folder, '')));

it('deletes what was extracted once its job is complete, and says so', async () => {
  const run = newRun(join(folder, 'import'));
  const extraction = await run.extract(zip);
  await run.use(join(extraction, 'a.dbn'), 'j1');
  states['j1'] = { state: 'completed', holds: true };
  await run.end();
  const shown = extraction.replace(folder, '');
  expect(told).toEqual([
    `/job.zip is extracted in ${shown}`,
    `${shown} is deleted: no job needs it any more`,
  ]);
  expect(existsSync(join(folder, 'import'))).toBe(false);
});

it.each([
  [undefined],
  [{ state: 'running', holds: false }],
  [{ state: 'failed', holds: true }],
  [{ state: 'completed', holds: false }],
])('keeps it while its job is %j, until a later run finds it complete', async (state) => {
  const imports = join(folder, 'import');
  const run = newRun(imports);
  const extraction = await run.extract(zip);
  await run.use(join(extraction, 'a.dbn'), 'j1');
  if (state) states['j1'] = state;
  await run.end();
  expect(told.at(-1)).toMatch(/ stays until all of its jobs are complete; then the next /);
  expect(existsSync(join(extraction, 'a.dbn'))).toBe(true);
  states['j1'] = { state: 'completed', holds: true };
  // A run without a ZIP looks, too.
  await newRun(imports).end();
  expect(existsSync(imports)).toBe(false);
});

it('does not delete what another run of the same ZIP uses', async () => {
  const [one, other] = [newRun(join(folder, 'import')), newRun(join(folder, 'import'))];
  const extraction = await one.extract(zip);
  expect(await other.extract(zip)).toBe(extraction);
  expect(told.at(-1)).toContain('is extracted already in');
  await one.use(join(extraction, 'a.dbn'), 'j1');
  await other.use(join(extraction, 'a.dbn'), 'j2');
  states['j1'] = { state: 'completed', holds: true };
  states['j2'] = { state: 'running', holds: true };
  await one.end();
  expect(existsSync(extraction)).toBe(true);
  states['j2'] = { state: 'completed', holds: true };
  await other.end();
  expect(existsSync(extraction)).toBe(false);
});

it('keeps it when the gateway does not answer', async () => {
  const run = newRun(join(folder, 'import'));
  const extraction = await run.extract(zip);
  await run.use(join(extraction, 'a.dbn'), 'j1');
  server.close();
  server.closeAllConnections();
  await run.end();
  expect(told.slice(-2)).toEqual([
    expect.stringContaining('could not be deleted: the gateway at'),
    expect.stringContaining('stays until'),
  ]);
  expect(existsSync(extraction)).toBe(true);
});

it('extracts beside the ZIP for the gateway of another stack, and leaves nothing of a refused one', async () => {
  const run = newRun();
  expect(await run.extract(zip)).toMatch(new RegExp(`^${folder}/tapeline-import/[0-9a-f]{64}$`));
  await run.end();
  expect(existsSync(join(folder, 'tapeline-import'))).toBe(false);
  told = [];
  writeFileSync(zip, zipOf([{ name: 'a.dbn', data: 'a', declaredCrc: 1 }]));
  const refusing = newRun();
  await expect(refusing.extract(zip)).rejects.toThrow('CRC-32');
  await refusing.end();
  expect(existsSync(join(folder, 'tapeline-import'))).toBe(false);
  expect(told).toEqual([]);
});
