import { describe, expect, it } from '@jest/globals';
import { ConnectionError } from './network-errors.js';
import { FakeClock } from './fake-clock.js';
import { FilesExpiredError, NotFoundError } from './errors.js';
import { HistoricalClient } from './historical-client.js';
import { sampleJob } from './sample-job.js';
import { json, reply, reset, startScriptedServer } from './scripted-server.js';

const batch = (baseUrl: string, clock = new FakeClock()) =>
  new HistoricalClient({ apiKey: 'db-key', baseUrl, clock }).batch;

const request = {
  dataset: 'GLBX.MDP3',
  schema: 'trades',
  symbols: ['ESU4', 'NQU4'],
  start: '2024-07-01',
  end: '2024-07-02',
};

describe('submit_job', () => {
  it('posts everything, with the defaults of the official clients', async () => {
    await using server = await startScriptedServer(json(sampleJob()), json(sampleJob()));
    await batch(server.url).submitJob(request);
    await batch(server.url).submitJob({
      ...request,
      symbols: ['42140878'],
      stypeIn: 'instrument_id',
      encoding: 'csv',
      compression: 'none',
      prettyPx: true,
      prettyTs: true,
      splitSymbols: true,
      splitDuration: 'none',
      splitSize: 1e9,
      limit: 5,
    });
    const forms = server.requests.map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
    const common = { dataset: 'GLBX.MDP3', schema: 'trades', delivery: 'download' };
    expect(server.requests[0]).toMatchObject({ method: 'POST', url: '/v0/batch.submit_job' });
    expect(forms).toEqual([
      {
        ...common,
        symbols: 'ESU4,NQU4',
        stype_in: 'raw_symbol',
        stype_out: 'instrument_id',
        start: '2024-07-01',
        end: '2024-07-02',
        encoding: 'dbn',
        compression: 'zstd',
        pretty_px: 'false',
        pretty_ts: 'false',
        map_symbols: 'false',
        split_symbols: 'false',
        split_duration: 'day',
      },
      {
        ...common,
        symbols: '42140878',
        stype_in: 'instrument_id',
        stype_out: 'raw_symbol',
        start: '2024-07-01',
        end: '2024-07-02',
        encoding: 'csv',
        compression: 'none',
        pretty_px: 'true',
        pretty_ts: 'true',
        map_symbols: 'true',
        split_symbols: 'true',
        split_duration: 'none',
        split_size: '1000000000',
        limit: '5',
      },
    ]);
  });

  it('is repeated only where it cannot have arrived', async () => {
    await using server = await startScriptedServer(reply(429, ''), json(sampleJob()));
    expect((await batch(server.url).submitJob(request)).id).toBe('GLBX-20240801-5KM3HL5BUW');
    for (const lost of [reset, reply(500, ''), reply(504, ''), reply(408, ''), reply(200, '{')]) {
      await using failing = await startScriptedServer(lost, json(sampleJob()));
      await expect(batch(failing.url).submitJob(request)).rejects.toThrow('batch.submit_job');
      expect(failing.requests).toHaveLength(1);
    }
  });

  it('tries again while there is no connection', async () => {
    const clock = new FakeClock();
    await expect(batch('http://127.0.0.1:9', clock).submitJob(request)).rejects.toThrow(
      ConnectionError,
    );
    expect(clock.slept).toHaveLength(5);
  });

  it.each([
    { symbols: [] },
    { symbols: ['ALL_SYMBOLS'], splitSymbols: true },
    { splitSize: 999 },
    { limit: 0 },
  ])('refuses %p before sending anything', async (changes) => {
    await using server = await startScriptedServer();
    const wrong = { ...request, ...changes };
    await expect(batch(server.url).submitJob(wrong)).rejects.toThrow(RangeError);
    await expect(batch(server.url).submitJobOnce(wrong)).rejects.toThrow(RangeError);
    expect(server.requests).toHaveLength(0);
  });
});

describe('jobs', () => {
  it('are listed by state and time', async () => {
    await using server = await startScriptedServer(json([sampleJob()]), json([]));
    const jobs = await batch(server.url).listJobs({ states: ['done', 'expired'], since: 5n });
    expect(jobs).toHaveLength(1);
    await batch(server.url).listJobs();
    expect(server.requests.map(({ url }) => url)).toEqual([
      '/v0/batch.list_jobs?states=done%2Cexpired&since=5',
      '/v0/batch.list_jobs',
    ]);
  });

  it('are read with times in ns, one symbol or more, and nulls', async () => {
    const done = {
      symbols: 'ES.FUT',
      compression: null,
      split_duration: null,
      state: 'done',
      cost_usd: 1.25,
      record_count: 7,
      ts_expiration: '2024-09-01T00:00:00Z',
      progress: 100,
    };
    await using server = await startScriptedServer(
      json(sampleJob(done)),
      json({
        id: 'x',
        dataset: 'd',
        symbols: [],
        stype_in: 'parent',
        schema: 's',
        start: '2024-07-01',
        encoding: 'dbn',
        state: 'new',
      }),
    );
    expect(await batch(server.url).getJobDetails('a b')).toEqual({
      id: 'GLBX-20240801-5KM3HL5BUW',
      userId: '46PCMCVF',
      state: 'done',
      progress: 100,
      dataset: 'GLBX.MDP3',
      schema: 'trades',
      symbols: ['ES.FUT'],
      stypeIn: 'raw_symbol',
      stypeOut: 'instrument_id',
      start: 1_719_792_000_000_000_000n,
      end: 1_719_878_400_000_000_000n,
      limit: null,
      encoding: 'dbn',
      compression: 'none',
      prettyPx: false,
      prettyTs: false,
      mapSymbols: false,
      splitSymbols: false,
      splitDuration: 'none',
      splitSize: null,
      packaging: null,
      delivery: 'download',
      costUsd: 1.25,
      recordCount: 7,
      billedSize: null,
      actualSize: null,
      packageSize: null,
      tsReceived: 1_722_506_400_000_000_001n,
      tsQueued: null,
      tsProcessStart: null,
      tsProcessDone: null,
      tsExpiration: 1_725_148_800_000_000_000n,
    });
    expect(server.requests[0]?.url).toBe('/v0/batch.get_job_details?job_id=a+b');
    expect(await batch(server.url).getJobDetails('x')).toMatchObject({ state: 'new', end: null });
  });
});

describe('files', () => {
  const hash = 'AB'.repeat(32);
  const file = {
    filename: 'glbx-mdp3-20240701.trades.dbn.zst',
    size: 2153,
    hash: `sha256:${hash}`,
    urls: { https: 'https://api.databento.com/v0/batch/download/U/J/f', ftp: 'ftp://x/f' },
  };

  it('are listed', async () => {
    await using server = await startScriptedServer(
      json([file, { filename: 'manifest.json', size: 0, hash: null, urls: null }]),
    );
    expect(await batch(server.url).listFiles('J')).toEqual([
      {
        filename: file.filename,
        size: 2153,
        sha256: hash.toLowerCase(),
        httpsUrl: file.urls.https,
        ftpUrl: 'ftp://x/f',
      },
      { filename: 'manifest.json', size: 0, sha256: null, httpsUrl: null, ftpUrl: null },
    ]);
    expect(server.requests[0]?.url).toBe('/v0/batch.list_files?job_id=J');
  });

  it.each(['../f', 'a/b', 'a\\b', '..', '.', '', 'a\0b'])('are not named %p', async (filename) => {
    await using server = await startScriptedServer(json([{ ...file, filename }]));
    await expect(batch(server.url).listFiles('J')).rejects.toThrow('is not the name of a file');
  });

  it('may be unknown, or gone', async () => {
    await using server = await startScriptedServer(reply(404, ''), reply(410, ''));
    await expect(batch(server.url).listFiles('J')).rejects.toThrow(NotFoundError);
    await expect(batch(server.url).listFiles('J')).rejects.toThrow(FilesExpiredError);
  });
});
