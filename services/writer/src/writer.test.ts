/** The service as a process of its own, between a real bus and a real database. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { BusPublisher, connectBus } from '@tapeline/bus';
import type { Bus } from '@tapeline/bus';
import {
  batchMessageId,
  batchSubject,
  DISCARD_SUBJECT,
  STREAMS,
  writeBatchHeader,
} from '@tapeline/contracts';
import type { BatchHeader, IngestCommand, JobEvent } from '@tapeline/contracts';
import { ColumnarBatch, encodeArrow, SCHEMAS } from '@tapeline/records';
import { readJob, Storage, withPlanLock } from '@tapeline/storage';
import { createLogger } from '@tapeline/telemetry';
import { testDatabase, testNats } from '@tapeline/testing';
import type { TestDatabase, TestNats } from '@tapeline/testing';

const DATASET = 'GLBX.MDP3';
const START = 1_719_792_000_000_000_000n;
const DAY = 86_400_000_000_000n;
const COMMAND: IngestCommand = {
  dataset: DATASET,
  schema: 'trades',
  symbols: ['ESU4'],
  stype_in: 'raw_symbol',
  start: '2024-07-01',
};

let database: TestDatabase;
let nats: TestNats;
let service: ChildProcess;
let healthPort: number;
let bus: Bus;
let publisher: BusPublisher;
let storage: Storage;

beforeAll(async () => {
  [database, nats] = await Promise.all([testDatabase(), testNats()]);
  service = spawn(process.execPath, [join(import.meta.dirname, 'main.js')], {
    cwd: join(import.meta.dirname, '../../..'),
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      DATABASE_URL: database.url,
      NATS_URL: nats.url,
      HEALTH_HOST: '127.0.0.1',
      HEALTH_PORT: '0',
      LOG_LEVEL: 'info',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  healthPort = await readiness(service);
  bus = await connectBus({ url: nats.url, name: 'test' });
  publisher = new BusPublisher(bus, createLogger('test', 'silent'));
  storage = Storage.open({ url: database.url, connections: 2 });
});

afterAll(async () => {
  const ended = service.exitCode === null ? once(service, 'exit') : undefined;
  service.kill('SIGKILL');
  await ended;
  await storage?.close();
  await bus?.close();
  await nats.stop();
  await database.drop();
});

/** Reads what the service prints until it is ready; what follows is dropped. @returns the port of its health. */
async function readiness({ stdout }: ChildProcess): Promise<number> {
  const lines: string[] = [];
  for await (const line of createInterface(stdout!)) {
    lines.push(line);
    const { msg, health } = JSON.parse(line) as { msg: string; health?: number };
    if (msg !== 'ready') continue;
    stdout!.resume();
    return health!;
  }
  throw new Error(`the writer ended before it was ready:\n${lines.join('\n')}`);
}

/** Plans a job of one chunk, as the fetcher does. */
async function plan(jobId: string, chunkId: string): Promise<void> {
  const request = {
    source: 'api' as const,
    dataset: DATASET,
    schema: 'trades',
    symbols: ['ESU4'],
    stype_in: 'raw_symbol' as const,
    start: String(START),
    end: String(START + DAY),
    exclude: [],
  };
  await withPlanLock(storage, DATASET, 'trades', (transaction) =>
    transaction.savePlan(
      { jobId, command: COMMAND, dataset: DATASET, schema: 'trades' },
      [{ chunkId, request, claims: [], expected: null }],
      [],
    ),
  );
}

function trades(length: number): ColumnarBatch {
  const batch = ColumnarBatch.allocate(SCHEMAS.trades, length);
  batch.ordinals().forEach((_, row, ordinals) => {
    ordinals[row] = row;
    batch.indexTimestamps()[row] = START + BigInt(row);
  });
  return batch;
}

async function publish(
  jobId: string,
  chunkId: string,
  sequence: number,
  batch: ColumnarBatch,
  changes: Partial<BatchHeader> = {},
  extra: Record<string, string[]> = {},
): Promise<void> {
  const header: BatchHeader = {
    job_id: jobId,
    attempt: 1,
    chunk_id: chunkId,
    batch_id: `${chunkId}.${sequence}`,
    dataset: DATASET,
    schema: 'trades',
    dbn_version: 3,
    ts_out: false,
    first_ordinal: 0,
    fetched: batch.length,
    filtered: 0,
    quarantined: 0,
    sha256: 'a'.repeat(64),
    rules_version: 't.v',
    part: 'stored',
    ...changes,
  };
  const stage = header.part === 'stored' ? 'validated' : 'quarantined';
  await publisher.publish(batchSubject(stage, DATASET, 'trades'), encodeArrow(batch, extra), {
    msgId: batchMessageId('validated', header),
    headers: writeBatchHeader(header),
  });
}

const fetchedEvent = (
  job_id: string,
  chunk_id: string,
  fetched: number,
  batches: number,
): JobEvent => ({
  event: 'chunk_fetched',
  job_id,
  at: Temporal.Now.instant().toString(),
  by: 'fetcher',
  chunk_id,
  fetched,
  batches,
  skipped: 0,
  bytes: 48 * fetched,
  truncated: null,
});

async function ended(jobId: string) {
  for (;;) {
    const job = await readJob(storage, jobId);
    if (job?.state === 'completed' || job?.state === 'failed') return job;
    await delay(20);
  }
}

/** The events of a job so far. */
async function eventsOf(jobId: string): Promise<JobEvent[]> {
  const events: JobEvent[] = [];
  const { state } = await bus.jsm.streams.info(STREAMS.INGEST_EVENTS.name);
  for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
    const message = await bus.jsm.streams.getMessage(STREAMS.INGEST_EVENTS.name, { seq });
    const event = message?.json<JobEvent>();
    if (event?.job_id === jobId) events.push(event);
  }
  return events;
}

const rowsOf = async (table: 'trades' | 'quarantine'): Promise<number> =>
  (await storage.pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`)).rows[0]!.n;

it('stores what comes, in whatever order, and tells when a chunk and its job are complete', async () => {
  await plan('whole', 'w');
  const all = trades(100);
  const refused = { quarantined: 2, fetched: 101, filtered: 9 };
  await publish(
    'whole',
    'w',
    0,
    all.slice(0, 2),
    { ...refused, part: 'quarantined.0' },
    {
      rule: ['spike', 'spike'],
      reason: ['too high', 'too low'],
    },
  );
  await publisher.publishEvent(fetchedEvent('whole', 'w', 201, 2));
  await publish('whole', 'w', 1, all);
  await publish('whole', 'w', 0, all.slice(0, 90), refused);

  const totals = { fetched: 201, stored: 190, quarantined: 2, filtered: 9 };
  expect(await ended('whole')).toMatchObject({ state: 'completed', holds: true, ...totals });
  expect([await rowsOf('trades'), await rowsOf('quarantine')]).toEqual([190, 2]);
  // Two handlers may have found it at once: one tells of the chunk, either of the job.
  let events: JobEvent[];
  do events = await eventsOf('whole');
  while (events.length < 3);
  const byName = (name: string) => events.filter(({ event }) => event === name);
  expect(events).toHaveLength(3);
  expect(byName('chunk_complete')).toMatchObject([{ by: 'writer', chunk_id: 'w', totals }]);
  expect(byName('completed')).toMatchObject([{ by: 'writer', totals, reason: null }]);
});

it('keeps a batch that can never be stored as a dead letter, and fails its job', async () => {
  await plan('lost', 'l');
  const before = await rowsOf('trades');
  await publish('lost', 'l', 0, trades(5), { fetched: 6 });
  expect(await ended('lost')).toMatchObject({
    state: 'failed',
    reason: 'dead_letter',
    message: expect.stringContaining('are not the 6 fetched'),
  });
  expect(await rowsOf('trades')).toBe(before);
  const letter = await bus.jsm.streams.getMessage(STREAMS.DEAD_LETTERS.name, {
    last_by_subj: 'dead.VALIDATED.write',
  });
  expect(letter!.header.get('Tapeline-Dead-Code')).toBe('batch_mismatch');
  expect(letter!.header.get('Tapeline-Batch')).toBe('l.0');
});

it('loses and doubles nothing while its database sessions are ended again and again', async () => {
  await plan('outage', 'o');
  const before = await rowsOf('trades');
  const batches = 60;
  const publishing = (async () => {
    for (let sequence = 0; sequence < batches; sequence++) {
      await publish('outage', 'o', sequence, trades(1_000));
    }
    await publisher.publishEvent(fetchedEvent('outage', 'o', batches * 1_000, batches));
  })();
  let sessions = 0;
  for (let round = 0; round < 10; round++) {
    const { rowCount } = await storage.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
          AND application_name = 'tapeline'`,
    );
    sessions += rowCount!;
    await delay(20);
  }
  await publishing;
  expect(sessions).toBeGreaterThan(0);
  expect(await ended('outage')).toMatchObject({ state: 'completed', stored: 60_000, holds: true });
  expect((await rowsOf('trades')) - before).toBe(60_000);
  const { state } = await bus.jsm.streams.info(STREAMS.DEAD_LETTERS.name);
  expect(state.messages).toBe(1);
});

it('discards refused records that a command means', async () => {
  const open = async (): Promise<number> => {
    const { rows } = await storage.pool.query<{ n: number }>(
      "SELECT count(*)::int AS n FROM quarantine WHERE state = 'open'",
    );
    return rows[0]!.n;
  };
  expect(await open()).toBe(2);
  const send = (value: object) =>
    publisher.publish(DISCARD_SUBJECT, Buffer.from(JSON.stringify(value)), {
      msgId: JSON.stringify(value),
    });
  await send({ filter: {} });
  await send({ filter: { rule: 'spike' }, note: 'a test' });
  while ((await open()) > 0) await delay(20);
  const letter = await bus.jsm.streams.getMessage(STREAMS.DEAD_LETTERS.name, {
    last_by_subj: 'dead.INGEST_COMMANDS.discard',
  });
  expect(letter!.header.get('Tapeline-Dead-Code')).toBe('invalid_command');
});

it('waits while the database is read-only, says so, and goes on by itself', async () => {
  const health = async (): Promise<string> =>
    (await fetch(`http://127.0.0.1:${healthPort}/readyz`)).text();
  const until = async (isSo: (text: string) => boolean): Promise<string> => {
    for (;;) {
      const text = await health();
      if (isSo(text)) return text;
      await delay(20);
    }
  };
  const setReadOnly = async (isOn: boolean): Promise<void> => {
    const name = new URL(database.url).pathname.slice(1);
    await storage.pool.query(
      `BEGIN READ WRITE; ALTER DATABASE "${name}" SET default_transaction_read_only = ${isOn ? 'on' : 'off'}; COMMIT`,
    );
    await storage.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'tapeline'`,
    );
  };
  await plan('waits', 'r');
  const before = await rowsOf('trades');
  await setReadOnly(true);
  await publish('waits', 'r', 0, trades(10));
  await publisher.publishEvent(fetchedEvent('waits', 'r', 10, 1));
  expect(await until((text) => text.includes('read-only'))).toContain('the database is away');
  expect(await rowsOf('trades')).toBe(before);
  await setReadOnly(false);
  expect(await ended('waits')).toMatchObject({ state: 'completed', stored: 10, holds: true });
  await until((text) => !text.includes('away'));
});

it('stops in good order when it is told to', async () => {
  const exit = once(service, 'exit');
  service.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
});
