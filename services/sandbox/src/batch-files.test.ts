/** Files of batch jobs over real HTTP, and what is in them. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BatchJobRequest } from '@tapeline/databento';
import { at } from './domain/collect-records.js';
import { decode, SandboxSession } from './sandbox-session.js';

let session: SandboxSession;
beforeAll(async () => {
  session = await SandboxSession.start(400);
});
afterAll(() => session.stop());

/** Friday to Monday: two sessions' worth of days, one without. */
const request: BatchJobRequest = {
  dataset: 'GLBX.MDP3',
  schema: 'trades',
  symbols: ['ES.c.0', 'CL.c.0'],
  stypeIn: 'continuous',
  start: '2024-07-05',
  end: '2024-07-09',
};

async function rangeOf(changes: Partial<BatchJobRequest> = {}) {
  const { body } = await session.client.getRange({ ...request, ...changes });
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return decode(Buffer.concat(parts));
}

const dataFiles = (files: Map<string, Buffer>) =>
  [...files].filter(([name]) => !name.endsWith('.json'));

describe('files', () => {
  it('hold what get_range sends, one for each day with records', async () => {
    const job = await session.finishedJob(request);
    const files = await session.download(job.id);
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
    const days = await Promise.all(dataFiles(files).map(([, bytes]) => decode(bytes)));
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
    const [first, second] = [
      await session.download((await session.finishedJob(request)).id),
      (await session.finishedJob(request)).id,
    ];
    expect(dataFiles(await session.download(second))).toEqual(dataFiles(first));
  });

  it('are split by week, or not at all, and stop at the limit', async () => {
    const all = await rangeOf();
    const week = await session.download(
      (await session.finishedJob({ ...request, splitDuration: 'week', limit: 333 })).id,
    );
    const [file] = dataFiles(week);
    expect(dataFiles(week)).toHaveLength(1);
    expect(file![0]).toBe('glbx-mdp3-20240705-20240706.trades.dbn.zst');
    const { records, metadata } = await decode(file![1]);
    expect(records.equals(all.records.subarray(0, 333 * 48))).toBe(true);
    expect(metadata.limit).toBe(333n);
    const plain = await session.download(
      (await session.finishedJob({ ...request, splitDuration: 'none', compression: 'none' })).id,
    );
    const [[name, bytes]] = dataFiles(plain) as [[string, Buffer]];
    expect(name).toBe('glbx-mdp3-20240705-20240708.trades.dbn');
    expect(bytes.subarray(0, 3).toString()).toBe('DBN');
    expect((await decode(bytes)).records.equals(all.records)).toBe(true);
  });

  it('are split by symbol', async () => {
    const by = { splitSymbols: true, splitDuration: 'none' } as const;
    const files = await session.download((await session.finishedJob({ ...request, ...by })).id);
    expect(dataFiles(files).map(([name]) => name)).toEqual([
      'glbx-mdp3-20240705-20240708.trades.ES.c.0.dbn.zst',
      'glbx-mdp3-20240705-20240708.trades.CL.c.0.dbn.zst',
    ]);
    for (const [name, bytes] of dataFiles(files)) {
      const own = await rangeOf({ symbols: [name.split('trades.')[1]!.slice(0, 6)] });
      expect(await decode(bytes)).toEqual(own);
    }
  });

  it('describe themselves', async () => {
    const job = await session.finishedJob(request);
    const files = await session.download(job.id);
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
      await session.call(`/v0/batch.list_files?job_id=${job.id}`)
    ).json()) as unknown[];
    expect(read('manifest.json')).toEqual({ job_id: job.id, files: listed.slice(0, -1) });
    expect(listed[0]).toEqual({
      filename: 'glbx-mdp3-20240705.trades.dbn.zst',
      size: files.get('glbx-mdp3-20240705.trades.dbn.zst')!.length,
      hash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      urls: {
        https: `${session.sandbox.url}/v0/batch/download/${job.userId}/${job.id}/glbx-mdp3-20240705.trades.dbn.zst`,
        ftp: expect.stringMatching(/^ftp:/),
      },
    });
  });

  it('are sent whole, in part, and not beyond their end', async () => {
    const job = await session.finishedJob(request);
    const [file] = await session.client.batch.listFiles(job.id);
    const { httpsUrl, size, sha256 } = file!;
    const whole = await session.call(httpsUrl!);
    expect(whole.status).toBe(200);
    expect(whole.headers.get('content-length')).toBe(String(size));
    expect(whole.headers.get('accept-ranges')).toBe('bytes');
    const bytes = Buffer.from(await whole.arrayBuffer());
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    const part = await session.call(httpsUrl!, { headers: { range: 'bytes=1000-' } });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes 1000-${size - 1}/${size}`);
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(1000))).toBe(true);
    const none = await session.call(httpsUrl!, { headers: { range: `bytes=${size}-` } });
    expect(none.status).toBe(416);
    expect(none.headers.get('content-range')).toBe(`bytes */${size}`);
    expect((await session.call(`${httpsUrl}x`)).status).toBe(404);
    expect((await session.call(httpsUrl!.replace(job.userId!, 'NOBODY'))).status).toBe(404);
  });

  it('are where the caller sees the sandbox, also behind a proxy', async () => {
    const job = await session.finishedJob(request);
    const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'data.example:8443' };
    const response = await session.call(`/v0/batch.list_files?job_id=${job.id}`, { headers });
    const [file] = (await response.json()) as { urls: { https: string; ftp: string } }[];
    const { https, ftp } = file!.urls;
    expect(new URL(https).origin).toBe('https://data.example:8443');
    expect(ftp.slice(0, 19)).toBe('ftp://data.example/');
  });

  it('come all in one archive', async () => {
    const job = await session.finishedJob(request);
    const response = await session.call(`/v0/batch.download?job_id=${job.id}`);
    expect(response.headers.get('content-type')).toBe('application/zip');
    const archive = Buffer.from(await response.arrayBuffer());
    expect(entriesOf(archive)).toEqual(await session.download(job.id));
  });

  it('are gone once the job has expired', async () => {
    const { id } = await session.finishedJob(request);
    const [file] = await session.client.batch.listFiles(id);
    expect(await session.order({ method: 'expire', job_id: id })).toBe(204);
    expect((await session.client.batch.getJobDetails(id)).state).toBe('expired');
    await expect(session.client.batch.listFiles(id)).rejects.toMatchObject({ status: 410 });
    expect((await session.call(file!.httpsUrl!)).status).toBe(410);
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
