/** Batch jobs over real HTTP, from submission to the files, by our own client. */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HistoricalClient } from '@tapeline/databento';
import type { BatchFile, BatchJobRequest } from '@tapeline/databento';
import { DbnStream } from '@tapeline/dbn';
import { at } from './domain/collect-records.js';
import { SyntheticMarket } from './domain/synthetic/synthetic-market.js';
import { startSandbox } from './start-sandbox.js';
import type { Sandbox } from './start-sandbox.js';

let sandbox: Sandbox;
let client: HistoricalClient;
let folder: string;

beforeAll(async () => {
  const market = new SyntheticMarket({ seed: 1, tradesPerDay: 400 });
  sandbox = await startSandbox(market, { host: '127.0.0.1', port: 0, logger: false });
  client = new HistoricalClient({ apiKey: 'db-test', baseUrl: sandbox.url });
  folder = await mkdtemp(join(tmpdir(), 'tapeline-test-'));
});
afterAll(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true });
});

/** Friday to Monday: two sessions' worth of days, one without. */
const request: BatchJobRequest = {
  dataset: 'GLBX.MDP3',
  schema: 'trades',
  symbols: ['ES.c.0', 'CL.c.0'],
  stypeIn: 'continuous',
  start: '2024-07-05',
  end: '2024-07-09',
};

async function finished(changes: Partial<BatchJobRequest> = {}, by = client) {
  const { id } = await by.batch.submitJob({ ...request, ...changes });
  for (;;) {
    const job = await by.batch.getJobDetails(id);
    if (job.state === 'done') return job;
  }
}

/** Downloads a job; the bytes of its files by name. */
async function download(jobId: string): Promise<Map<string, Buffer>> {
  const files = await client.batch.downloadJob({ jobId, folder });
  const named = files.map(async ({ path }) => [path.split('/').at(-1)!, await readFile(path)]);
  return new Map((await Promise.all(named)) as [string, Buffer][]);
}

async function decode(source: AsyncIterable<Uint8Array>) {
  const stream = await DbnStream.open(source);
  const parts: Uint8Array[] = [];
  for await (const { bytes } of stream.blocks()) parts.push(bytes.slice());
  return { metadata: stream.metadata, records: Buffer.concat(parts) };
}

async function* one(bytes: Uint8Array) {
  yield bytes;
}

const rangeOf = async (changes: Partial<BatchJobRequest> = {}) =>
  decode((await client.getRange({ ...request, ...changes })).body);

const dataFiles = (files: Map<string, Buffer>) =>
  [...files].filter(([name]) => !name.endsWith('.json'));

/** A call as others make it. */
const call = (
  path: string,
  init: { method?: string; body?: string | URLSearchParams; headers?: Record<string, string> } = {},
) =>
  fetch(path.startsWith('http') ? path : sandbox.url + path, {
    ...init,
    headers: { authorization: `Basic ${btoa('db-test:')}`, ...init.headers },
  });

describe('a job', () => {
  it('is queued, processed and done', async () => {
    const submitted = await client.batch.submitJob(request);
    expect(submitted).toMatchObject({
      id: expect.stringMatching(/^GLBX-\d{8}-[A-Z0-9]{10}$/),
      state: 'queued',
      progress: null,
      costUsd: null,
      recordCount: null,
      tsProcessDone: null,
      symbols: request.symbols,
      start: at('2024-07-05'),
      end: at('2024-07-09'),
    });
    const { id } = submitted;
    expect((await client.batch.getJobDetails(id)).state).toBe('processing');
    await expect(client.batch.listFiles(id)).rejects.toMatchObject({ status: 409 });
    let job = await client.batch.getJobDetails(id);
    while (job.state === 'processing') job = await client.batch.getJobDetails(id);
    const count = await client.getRecordCount(request);
    expect(job).toMatchObject({
      state: 'done',
      progress: 100,
      recordCount: count,
      billedSize: count * 48,
      costUsd: await client.getCost(request),
      tsExpiration: job.tsProcessDone! + 30n * 86_400_000_000_000n,
    });
    const files = await client.batch.listFiles(id);
    const sum = (own: BatchFile[]) => own.reduce((total, { size }) => total + size, 0);
    expect(job.packageSize).toBe(sum(files));
    expect(job.actualSize).toBe(sum(files.filter(({ filename }) => !filename.endsWith('json'))));
  });

  it('has every key from the beginning, whichever way booleans are written', async () => {
    for (const [no, yes] of [
      ['0', '1'],
      ['false', 'true'],
      ['False', 'True'],
    ] as const) {
      const response = await call('/v0/batch.submit_job', {
        method: 'POST',
        body: new URLSearchParams({
          dataset: 'GLBX.MDP3',
          symbols: 'ESU4',
          schema: 'ohlcv-1d',
          start: '2024-07-01',
          encoding: 'dbn',
          pretty_px: no,
          map_symbols: no,
          pretty_ts: yes,
          split_symbols: yes,
          split_duration: 'none',
          delivery: 'download',
          stype_in: 'raw_symbol',
          stype_out: 'instrument_id',
        }),
      });
      expect(response.status).toBe(200);
      const text = expect.any(String);
      expect(await response.json()).toEqual({
        id: text,
        user_id: text,
        cost_usd: null,
        dataset: 'GLBX.MDP3',
        symbols: 'ESU4',
        stype_in: 'raw_symbol',
        stype_out: 'instrument_id',
        schema: 'ohlcv-1d',
        start: '2024-07-01T00:00:00.000000000Z',
        end: '2024-07-02T00:00:00.000000000Z',
        limit: null,
        encoding: 'dbn',
        compression: null,
        pretty_px: false,
        pretty_ts: true,
        map_symbols: false,
        split_symbols: true,
        split_duration: null,
        split_size: null,
        packaging: null,
        delivery: 'download',
        record_count: null,
        billed_size: null,
        actual_size: null,
        package_size: null,
        state: 'queued',
        ts_received: text,
        ts_queued: text,
        ts_process_start: null,
        ts_process_done: null,
        ts_expiration: null,
        progress: null,
      });
    }
  });

  it('is listed by state and time, to its own user', async () => {
    const other = new HistoricalClient({ apiKey: 'db-other', baseUrl: sandbox.url });
    const first = await finished({}, other);
    const { id } = await other.batch.submitJob(request);
    const idsOf = async (by: Parameters<typeof client.batch.listJobs>[0]) =>
      (await other.batch.listJobs(by)).map((job) => job.id);
    expect(await idsOf({ states: ['done'] })).toEqual([first.id]);
    expect(await idsOf({})).toEqual([first.id, id]);
    expect(await idsOf({ since: first.tsReceived! + 1n })).toEqual([id]);
    await expect(client.batch.getJobDetails(id)).rejects.toMatchObject({ status: 404 });
  });

  it.each([
    [{ schema: 'mbo' }, 'data_schema_not_available'],
    [{ symbols: ['XX.c.0'] }, 'symbology_invalid_request'],
    [{ end: '2030-01-01' }, 'data_end_after_available_end'],
  ])('of %p is refused', async (changes, problem) => {
    await expect(client.batch.submitJob({ ...request, ...changes })).rejects.toMatchObject({
      status: 422,
      case: problem,
    });
  });

  it.each([
    [{ encoding: 'csv' }, 'encoding=dbn'],
    [{ delivery: 'disk' }, 'download'],
    [{ split_duration: 'hour' }, 'split_duration'],
    [{ pretty_px: 'yes' }, 'pretty_px'],
    [{ symbols: '' }, 'symbols'],
    [{ symbols: 'ALL_SYMBOLS', stype_in: 'raw_symbol', split_symbols: '1' }, 'ALL_SYMBOLS'],
  ])('of the fields %p is refused', async (changes, words) => {
    const fields = { dataset: 'GLBX.MDP3', symbols: 'ESU4', start: '2024-07-01', ...changes };
    const body = new URLSearchParams(fields);
    const response = await call('/v0/batch.submit_job', { method: 'POST', body });
    expect(response.status).toBe(422);
    expect(await response.text()).toContain(words);
  });
});

describe('files', () => {
  it('hold what get_range sends, one for each day with records', async () => {
    const job = await finished();
    const files = await download(job.id);
    // Nothing was traded on Saturday.
    expect([...files.keys()]).toEqual([
      'glbx-mdp3-20240705.trades.dbn.zst',
      'glbx-mdp3-20240707.trades.dbn.zst',
      'glbx-mdp3-20240708.trades.dbn.zst',
      'metadata.json',
      'condition.json',
      'symbology.json',
      'manifest.json',
    ]);
    const days = await Promise.all(dataFiles(files).map(([, bytes]) => decode(one(bytes))));
    const whole = await rangeOf();
    expect(Buffer.concat(days.map(({ records }) => records)).equals(whole.records)).toBe(true);
    expect(days[0]!.metadata).toMatchObject({
      start: at('2024-07-05'),
      end: at('2024-07-06'),
      symbols: request.symbols,
    });
    const day = await rangeOf({ start: '2024-07-08' });
    expect(days[2]!.metadata).toEqual(day.metadata);
  });

  it('have the same bytes whenever they are made', async () => {
    const [first, second] = [await download((await finished()).id), (await finished()).id];
    expect(dataFiles(await download(second))).toEqual(dataFiles(first));
  });

  it('are split by week, or not at all, and stop at the limit', async () => {
    const all = await rangeOf();
    const week = await download((await finished({ splitDuration: 'week', limit: 333 })).id);
    const [file] = dataFiles(week);
    expect(dataFiles(week)).toHaveLength(1);
    expect(file![0]).toBe('glbx-mdp3-20240705-20240706.trades.dbn.zst');
    const { records, metadata } = await decode(one(file![1]));
    expect(records.equals(all.records.subarray(0, 333 * 48))).toBe(true);
    expect(metadata.limit).toBe(333n);
    const plain = await download(
      (await finished({ splitDuration: 'none', compression: 'none' })).id,
    );
    const [[name, bytes]] = dataFiles(plain) as [[string, Buffer]];
    expect(name).toBe('glbx-mdp3-20240705-20240708.trades.dbn');
    expect(bytes.subarray(0, 3).toString()).toBe('DBN');
    expect((await decode(one(bytes))).records.equals(all.records)).toBe(true);
  });

  it('are split by symbol', async () => {
    const by = { splitSymbols: true, splitDuration: 'none' } as const;
    const files = await download((await finished(by)).id);
    expect(dataFiles(files).map(([name]) => name)).toEqual([
      'glbx-mdp3-20240705-20240708.trades.ES.c.0.dbn.zst',
      'glbx-mdp3-20240705-20240708.trades.CL.c.0.dbn.zst',
    ]);
    for (const [name, bytes] of dataFiles(files)) {
      const own = await rangeOf({ symbols: [name.split('trades.')[1]!.slice(0, 6)] });
      expect(await decode(one(bytes))).toEqual(own);
    }
  });

  it('describe themselves', async () => {
    const job = await finished();
    const files = await download(job.id);
    const read = (name: string): unknown => JSON.parse(files.get(name)!.toString());
    expect(files.get('metadata.json')!.toString()).toContain(`"start":${at('2024-07-05')},`);
    expect(read('metadata.json')).toMatchObject({
      version: 1,
      job_id: job.id,
      query: { dataset: 'GLBX.MDP3', symbols: request.symbols, compression: 'zstd' },
      customizations: { split_duration: 'day', delivery: 'download' },
    });
    expect(read('condition.json')).toEqual(
      ['2024-07-05', '2024-07-07', '2024-07-08'].map((date) => ({
        date,
        condition: expect.any(String),
        last_modified_date: date,
      })),
    );
    expect(read('symbology.json')).toMatchObject({
      result: { 'ES.c.0': [{ d0: '2024-07-05', d1: '2024-07-09', s: '100297' }] },
      status: 0,
    });
    const listed = (await (
      await call(`/v0/batch.list_files?job_id=${job.id}`)
    ).json()) as unknown[];
    expect(read('manifest.json')).toEqual({ job_id: job.id, files: listed.slice(0, -1) });
    expect(listed[0]).toEqual({
      filename: 'glbx-mdp3-20240705.trades.dbn.zst',
      size: files.get('glbx-mdp3-20240705.trades.dbn.zst')!.length,
      hash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      urls: {
        https: `${sandbox.url}/v0/batch/download/${job.userId}/${job.id}/glbx-mdp3-20240705.trades.dbn.zst`,
        ftp: expect.stringMatching(/^ftp:/),
      },
    });
  });

  it('are sent whole, in part, and not beyond their end', async () => {
    const job = await finished();
    const [file] = await client.batch.listFiles(job.id);
    const { httpsUrl, size, sha256 } = file!;
    const whole = await call(httpsUrl!);
    expect(whole.status).toBe(200);
    expect(whole.headers.get('content-length')).toBe(String(size));
    expect(whole.headers.get('accept-ranges')).toBe('bytes');
    const bytes = Buffer.from(await whole.arrayBuffer());
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    const part = await call(httpsUrl!, { headers: { range: 'bytes=1000-' } });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes 1000-${size - 1}/${size}`);
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(1000))).toBe(true);
    const none = await call(httpsUrl!, { headers: { range: `bytes=${size}-` } });
    expect(none.status).toBe(416);
    expect(none.headers.get('content-range')).toBe(`bytes */${size}`);
    expect((await call(`${httpsUrl}x`)).status).toBe(404);
    expect((await call(httpsUrl!.replace(job.userId!, 'NOBODY'))).status).toBe(404);
  });

  it('come all in one archive', async () => {
    const job = await finished();
    const response = await call(`/v0/batch.download?job_id=${job.id}`);
    expect(response.headers.get('content-type')).toBe('application/zip');
    const archive = Buffer.from(await response.arrayBuffer());
    expect(entriesOf(archive)).toEqual(await download(job.id));
  });

  it('are gone once the job has expired', async () => {
    const { id } = await finished();
    const [file] = await client.batch.listFiles(id);
    const body = JSON.stringify({ method: 'expire', job_id: id });
    const headers = { 'content-type': 'application/json' };
    expect((await call('/faults', { method: 'POST', body, headers })).status).toBe(204);
    expect((await client.batch.getJobDetails(id)).state).toBe('expired');
    await expect(client.batch.listFiles(id)).rejects.toMatchObject({ status: 410 });
    expect((await call(file!.httpsUrl!)).status).toBe(410);
  });
});

/** Entries of a ZIP archive that are stored as they are, by its directory (APPNOTE 4.3.12). */
function entriesOf(archive: Buffer): Map<string, Buffer> {
  const end = archive.lastIndexOf('PK\x05\x06');
  const entries = new Map<string, Buffer>();
  let at = archive.readUInt32LE(end + 16);
  for (let count = archive.readUInt16LE(end + 10); count > 0; count--) {
    expect(archive.readUInt16LE(at + 10)).toBe(0);
    const size = archive.readUInt32LE(at + 24);
    const [name, extra, comment] = [28, 30, 32].map((field) => archive.readUInt16LE(at + field));
    const local = archive.readUInt32LE(at + 42);
    const data = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    entries.set(
      archive.toString('utf8', at + 46, at + 46 + name!),
      archive.subarray(data, data + size),
    );
    at += 46 + name! + extra! + comment!;
  }
  return entries;
}
