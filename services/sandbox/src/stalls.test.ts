/** Calls that stand still, and the log of all calls, as our own client meets them. */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { HistoricalClient } from '@tapeline/databento';
import { DAY, SandboxSession } from './sandbox-session.js';

let session: SandboxSession;
let client: HistoricalClient;

beforeAll(async () => {
  session = await SandboxSession.start(1_000);
  ({ client } = session);
});
afterAll(() => session.stop());
beforeEach(() => fetch(`${session.sandbox.url}/faults`, { method: 'DELETE' }));

const RANGE = 'timeseries.get_range';
const order = (fault: object) => session.order(fault);

const faults = (path: string, method = 'GET') =>
  fetch(`${session.sandbox.url}/faults${path}`, { method });
const reached = (method: string, count = 1) => faults(`/stalled?method=${method}&calls=${count}`);
const calls = async (method: string) => {
  const response = await fetch(`${session.sandbox.url}/calls`);
  const all = (await response.json()) as { method: string; fields: object }[];
  return all.filter((call) => call.method === method);
};

it.each(['/stalled?method=metadata.get_cost', '/stalled', ''])(
  'are carried out when DELETE /faults%s lets them go',
  async (path) => {
    const cost = await client.getCost(DAY);
    const before = (await calls('metadata.get_cost')).length;
    const watched = reached('metadata.get_cost');
    await order({ method: 'metadata.get_cost', stall: true });
    let isDone = false;
    const held = client.getCost(DAY).finally(() => (isDone = true));
    expect((await watched).status).toBe(204);
    await faults('/stalled?method=batch.list_jobs', 'DELETE');
    expect((await reached('metadata.get_cost')).status).toBe(204);
    expect(isDone).toBe(false);
    await faults(path, 'DELETE');
    expect(await held).toBe(cost);
    const { symbols, schema } = { ...DAY, symbols: DAY.symbols.join(',') };
    expect((await calls('metadata.get_cost')).slice(before)).toMatchObject([
      { fields: { symbols, schema } },
    ]);
  },
);

it('are waited for by their number', async () => {
  await order({ method: 'metadata.get_cost', stall: true, times: 3 });
  const watched = reached('metadata.get_cost', 2);
  const costs = [client.getCost(DAY), client.getCost(DAY)];
  expect((await watched).status).toBe(204);
  const third = reached('metadata.get_cost', 3).then(() => 'three');
  await reached('metadata.get_cost', 2);
  expect(await Promise.race([third, Promise.resolve('two')])).toBe('two');
  costs.push(client.getCost(DAY));
  expect(await third).toBe('three');
  await faults('/stalled', 'DELETE');
  expect(new Set(await Promise.all(costs)).size).toBe(1);
});

it('may be in the middle of a body, for a cut to come', async () => {
  const { bytes } = await session.receive();
  for (const at of [0, 1, 5_000, bytes.length]) {
    await order({ method: RANGE, stall_after_bytes: at });
    const whole = session.receive();
    await reached(RANGE);
    await faults('/stalled', 'DELETE');
    expect((await whole).bytes.equals(bytes)).toBe(true);
  }
  await order({ method: RANGE, stall_after_bytes: bytes.length + 1 });
  expect((await session.receive()).bytes.equals(bytes)).toBe(true);
  await order({ method: RANGE, stall_after_bytes: 4_000, cut_after_bytes: 5_000 });
  const cut = session.receive();
  await reached(RANGE);
  await faults('/stalled', 'DELETE');
  expect(await cut).toMatchObject({ bytes: bytes.subarray(0, 5_000), isCut: true });
});

it('are forgotten when the caller goes', async () => {
  await order({ method: 'batch.submit_job', stall: true });
  const gone = new AbortController();
  const submission = client.batch.submitJob(DAY, gone.signal);
  await reached('batch.submit_job');
  gone.abort();
  await expect(submission).rejects.toThrow('aborted');
  expect(await client.batch.listJobs()).toEqual([]);
});

it('may be a download, which goes on from there', async () => {
  const { id: jobId } = await session.finishedJob(DAY);
  const [file] = await client.batch.listFiles(jobId);
  const folder = await mkdtemp(join(session.folder, 'stalls-'));
  const request = { jobId, file: file!, folder };
  await order({ method: 'batch.download', stall_after_bytes: 1_000, filename: file!.filename });
  const gone = new AbortController();
  const onBytes = (bytes: number): void => {
    if (bytes === 1_000) gone.abort();
  };
  const download = client.batch.downloadFile({ ...request, onBytes }, gone.signal);
  await expect(download).rejects.toThrow('aborted');
  expect(await client.batch.downloadFile(request)).toMatchObject({ held: false });
  const { filename } = file!;
  const [first, second] = await calls('batch.download');
  expect(first).toEqual({ method: 'batch.download', filename, fields: {} });
  expect(second).toEqual({ ...first, range: 'bytes=1000-' });
});
