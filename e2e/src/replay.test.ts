/** Refused records, the rule mended, and the same rows as if nothing had been wrong. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithTestdata, makeTemporaryFolder, testdataPath } from '@tapeline/testing';
import { openNats } from './open-nats.js';
import type { Nats } from './open-nats.js';
import { StackClient } from './stack-client.js';
import type { Job } from './stack-client.js';
import { until } from './until.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const FILE =
  'nautilus_trader/historical_bars_catalog/databento/futures_trades_2024-07-01T23-58_2024-07-02T00-02.dbn.zst';
const RECORDS = 120;
const RECORD_BYTES = 48;
/** Every so manieth record of the file gets a price a thousand times too high. */
const DAMAGED = 7;

describeWithTestdata('a real file with damaged prices', () => {
  let client: StackClient;
  let nats: Nats;
  let configs: string;
  let folder: string;
  let clean: unknown[];
  let replays = 0;

  beforeAll(async () => {
    folder = makeTemporaryFolder('replay');
    configs = join(folder, 'configs');
    cpSync(join(root, 'configs'), configs, { recursive: true });
    change('validation/trades.yaml', (text) =>
      text.replace(
        /^business:$/m,
        `business:\n  - { name: price_too_high, refuse: price > 100000, reason: 'price {price} is no price of these' }`,
      ),
    );
    client = await StackClient.start('replay', { TAPELINE_CONFIGS_DIR: configs });
    nats = await openNats(client.stack.urls.nats);
    const file = join(folder, 'clean.dbn');
    writeFileSync(file, damaged(false));
    const { stored } = await client.run({ file });
    if (stored !== RECORDS) throw new Error(`${stored} records of the clean file are stored`);
    clean = await rows();
    await client.sql(
      'TRUNCATE trades, chunk, coverage, job_chunk, ledger, quarantine, rule_outcome, job',
    );
  });
  afterAll(async () => {
    await nats?.[Symbol.asyncDispose]();
    await client?.stop();
  });

  const rows = () => client.sql('SELECT * FROM trades ORDER BY ordinal');

  /** The file's bytes, with records damaged or not. */
  function damaged(isDamaged: boolean): Buffer {
    const bytes = Buffer.from(zstdDecompressSync(readFileSync(testdataPath(FILE))));
    const first = 8 + bytes.readUInt32LE(4);
    for (let row = 0; row < (isDamaged ? RECORDS : 0); row += DAMAGED) {
      const at = first + row * RECORD_BYTES + 16;
      bytes.writeBigInt64LE(bytes.readBigInt64LE(at) * 1000n, at);
    }
    return bytes;
  }

  /** Changes a rule file. */
  function change(path: string, edit: (text: string) => string): void {
    const file = join(configs, path);
    const text = readFileSync(file, 'utf8');
    if (edit(text) === text) throw new Error(`${path} is as it was`);
    writeFileSync(file, edit(text));
  }

  interface Replay {
    readonly state: string;
    readonly message: string | null;
    readonly selected: string;
    readonly stored: string;
    readonly quarantined: string;
    readonly details: { readonly by_rule?: object };
  }

  /** Sends a replay as any NATS client would, and waits for its end. */
  async function replay(command: object): Promise<Replay> {
    const id = `replay-${replays++}`;
    await nats.publish('ingest.command.replay', { replay_id: id, ...command });
    let row: Replay | undefined;
    await until(async () => {
      [row] = await client.sql<Replay>('SELECT * FROM replay WHERE replay_id = $1', [id]);
      return row !== undefined && row.state !== 'running';
    });
    return row!;
  }

  const count = Math.ceil(RECORDS / DAMAGED);

  it('is refused where it is damaged, and stored where it is not', async () => {
    const file = join(folder, 'damaged.dbn');
    writeFileSync(file, damaged(true));
    const job = await client.run({ file, job_id: 'damaged' });
    expect(job).toMatchObject({ holds: true, stored: RECORDS - count, quarantined: count });
    const dry = await replay({ source: 'quarantine', dry_run: true });
    expect(dry).toMatchObject({
      state: 'completed',
      selected: String(count),
      stored: '0',
      details: { by_rule: { price_too_high: { refused: count } } },
    });
  });

  it('becomes the clean file by a rule that mends it and a replay, and stays so', async () => {
    const mend = '- { column: price, to: price / 1000, when: price > 100000 }';
    writeFileSync(join(configs, 'rules/trades.yaml'), `schemas: [trades]\nset:\n  ${mend}\n`);
    change('rules/standard.yaml', (text) => text.replace(/^ {2}- trades\n/m, ''));
    // The services take the new rules by themselves.
    await until(async () => {
      const { stored } = await replay({ source: 'quarantine', dry_run: true });
      return stored === String(count);
    });
    expect(await rows()).toHaveLength(RECORDS - count);
    const mended = await replay({ source: 'quarantine', filter: { rule: 'price_too_high' } });
    expect(mended).toMatchObject({ state: 'completed', stored: String(count), quarantined: '0' });
    expect(await rows()).toEqual(clean);
    expect(await client.job('damaged')).toMatchObject({
      holds: true,
      stored: RECORDS,
      quarantined: 0,
    });
    expect(await replay({ source: 'quarantine' })).toMatchObject({
      state: 'completed',
      selected: '0',
      message: 'no open record is meant by the filter',
    });
  });

  it('is the same when the whole job is replayed from the archive, twice', async () => {
    const whole = { source: 'archive', filter: { job_id: 'damaged' } };
    expect(await replay({ ...whole, dry_run: true })).toMatchObject({
      state: 'completed',
      selected: String(RECORDS),
      details: { changes: { stored_now: 0, refused_now: 0 } },
    });
    for (const _ of [1, 2]) {
      expect(await replay(whole)).toMatchObject({ state: 'completed', stored: String(RECORDS) });
      expect(await rows()).toEqual(clean);
    }
  });

  it('tells which replay stored which record', async () => {
    const lineage = await client.sql<{ state: string; replay_id: string }>(
      'SELECT DISTINCT state, replay_id FROM quarantine',
    );
    expect(lineage).toEqual([{ state: 'replayed', replay_id: expect.stringMatching(/^replay-/) }]);
  });

  it('waits for a person where more is refused than may be, and for a replay after a no', async () => {
    const rule = `{ name: no_bars, refuse: volume >= 0, reason: no bar is good enough }`;
    change('validation/bars.yaml', (text) =>
      text.replace(/^business:$/m, `business:\n  - ${rule}`),
    );
    const days = Array.from(
      { length: 20 },
      (_, day) => `2024-07-${String(day + 1).padStart(2, '0')}`,
    );
    const bars = { dataset: 'GLBX.MDP3', schema: 'ohlcv-1h', symbols: 'ESU4' };
    /** A job that is held back: of the first day that comes under the rules of now. */
    const heldBack = async (): Promise<string> => {
      let job: Job;
      do job = await client.run({ ...bars, start: days.shift()! });
      while (job.state !== 'awaiting_approval');
      return job.job_id;
    };
    const decided = async (jobId: string, decision: 'approve' | 'refuse'): Promise<Job> => {
      await client.decide(jobId, decision);
      await until(async () => (await client.job(jobId))?.state !== 'awaiting_approval');
      return client.ended(jobId);
    };
    const accepted = await heldBack();
    expect(await client.job(accepted)).toMatchObject({ reason: 'too_many_refused', stored: 0 });
    const job = await decided(accepted, 'approve');
    expect(job).toMatchObject({ state: 'completed', holds: true, stored: 0 });
    expect([job.quarantined, job.fetched > 0]).toEqual([job.fetched, true]);
    expect(await decided(await heldBack(), 'refuse')).toMatchObject({
      state: 'refused',
      message: expect.stringContaining('what was fetched stays in the archive'),
    });
  });
});
