/**
 * Batches, redeliveries, broken connections and settlements in any order, against a model of the table: what is
 * stored is at each moment the old rows of a range or the new ones, and in the end each row once.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { testDatabase } from '@tapeline/testing';
import type { TestDatabase } from '@tapeline/testing';
import * as fc from 'fast-check';
import { chunkOf, eventOf, savePlan } from '../jobs/job-fixture.js';
import { projectEvent } from '../jobs/project-event.js';
import { settleChunk } from '../jobs/settle-chunk.js';
import { migrate } from '../schema/migrate.js';
import { Storage } from '../storage.js';
import { DAY, DAY_START, headerOf, openProxy, trades } from '../test-batches.js';
import type { Cut, Proxy } from '../test-batches.js';
import { writeBatch } from './write-batch.js';
import { writeQuarantine } from './write-quarantine.js';

let database: TestDatabase;
let proxy: Proxy;
let storage: Storage;

beforeAll(async () => {
  database = await testDatabase();
  await migrate(database.url);
  proxy = await openProxy(database.url);
  storage = Storage.open({ url: proxy.url, connections: 3, onError: () => undefined });
});
afterAll(async () => {
  await storage.close();
  await proxy[Symbol.asyncDispose]();
  await database.drop();
});

const HOUR = DAY / 24n;
const SIZE = 3;

/** Chunks of one day: the second replaces hours 6 to 12 of the first, the third hours 8 to 20 of both. */
const CHUNKS = [
  { id: 'a', from: 0, to: 24, batches: 4 },
  { id: 'b', from: 6, to: 12, batches: 2 },
  { id: 'c', from: 8, to: 20, batches: 2 },
] as const;
type Chunk = (typeof CHUNKS)[number];

/** Times of a chunk's rows: spread evenly over its range. */
const timeOf = ({ from, to, batches }: Chunk, ordinal: number): bigint =>
  DAY_START +
  BigInt(from) * HOUR +
  (BigInt(to - from) * HOUR * BigInt(ordinal)) / BigInt(batches * SIZE);

async function plan(chunk: Chunk): Promise<void> {
  const plain = chunkOf(chunk.id, [1]);
  const [start, end] = [chunk.from, chunk.to].map((hour) => DAY_START + BigInt(hour) * HOUR) as [
    bigint,
    bigint,
  ];
  const replaces = chunk.id === 'a' ? {} : { replaces: chunk.id };
  const request = { ...plain.request, start: String(start), end: String(end), ...replaces };
  await savePlan(storage, 'j', [{ ...plain, request, claims: [{ instrumentId: 1, start, end }] }]);
}

/** One batch: the last of its records is refused, the others are stored. */
async function deliver(chunk: Chunk, sequence: number, part: 'stored' | 'refused'): Promise<void> {
  const batch = trades(SIZE);
  for (let row = 0; row < SIZE; row++) {
    const ordinal = sequence * SIZE + row;
    batch.column('ts_recv')[row] = timeOf(chunk, ordinal);
    batch.column('ordinal')[row] = ordinal;
    batch.column('price')[row] = BigInt((chunk.id.codePointAt(0)! << 8) + ordinal);
  }
  const header = headerOf(batch, chunk.id, sequence, { quarantined: 1, fetched: SIZE });
  if (part === 'stored') await writeBatch(storage, header, batch.slice(0, SIZE - 1));
  else {
    const refused = batch.slice(SIZE - 1, SIZE);
    await writeQuarantine(storage, { ...header, part: 'quarantined.0' }, refused, ['r'], ['x']);
  }
}

/** What the table should hold when these chunks are complete, in this order, and `a` perhaps in part. */
function model(done: readonly Chunk[], parts: ReadonlySet<string>): string[] {
  let rows: { price: string; time: bigint }[] = [];
  const rowsOf = (chunk: Chunk, isIn: (sequence: number) => boolean) =>
    Array.from({ length: chunk.batches }, (_, sequence) => sequence)
      .filter(isIn)
      .flatMap((sequence) => [0, 1].map((row) => sequence * SIZE + row))
      .map((ordinal) => ({
        price: `${chunk.id}${ordinal}`,
        time: timeOf(chunk, ordinal),
      }));
  rows.push(...rowsOf(CHUNKS[0], (sequence) => parts.has(`a${sequence}`)));
  for (const chunk of done.filter(({ id }) => id !== 'a')) {
    const start = DAY_START + BigInt(chunk.from) * HOUR;
    const end = DAY_START + BigInt(chunk.to) * HOUR;
    rows = rows.filter(({ time }) => time < start || time >= end);
    rows.push(...rowsOf(chunk, () => true));
  }
  return rows.map(({ price }) => price).toSorted((a, b) => (a < b ? -1 : 1));
}

async function table(): Promise<string[]> {
  const { rows } = await storage.pool.query<{ price: string }>('SELECT price FROM trades');
  return rows
    .map(({ price }) => String.fromCodePoint(Number(price) >> 8) + String(Number(price) & 255))
    .toSorted((a, b) => (a < b ? -1 : 1));
}

type Step =
  | {
      readonly kind: 'deliver';
      readonly chunk: Chunk;
      readonly sequence: number;
      readonly part: 'stored' | 'refused';
    }
  | { readonly kind: 'fetched' | 'settle'; readonly chunk: Chunk };

interface Act {
  readonly step: Step;
  /** At which piece sent to the server the connection breaks, and how; never if beyond the last. */
  readonly cutAt: number;
  readonly cut: Exclude<Cut, 'forward'>;
}

const chunks = fc.constantFrom(...CHUNKS);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(chunks, fc.nat(3), fc.constantFrom('stored' as const, 'refused' as const))
      .map(([chunk, number, part]) => ({
        kind: 'deliver' as const,
        chunk,
        sequence: number % chunk.batches,
        part,
      })),
  },
  { weight: 1, arbitrary: chunks.map((chunk) => ({ kind: 'fetched' as const, chunk })) },
  { weight: 1, arbitrary: chunks.map((chunk) => ({ kind: 'settle' as const, chunk })) },
);
const act: fc.Arbitrary<Act> = fc.record({
  step,
  cutAt: fc.oneof({ weight: 2, arbitrary: fc.constant(1000) }, { weight: 1, arbitrary: fc.nat(8) }),
  cut: fc.constantFrom('before' as const, 'within' as const, 'after' as const),
});

const carryOut = async (given: Step): Promise<void> => {
  const { chunk } = given;
  if (given.kind === 'deliver') return deliver(chunk, given.sequence, given.part);
  if (given.kind === 'fetched') {
    // What is to be replaced is complete by then: planners see to it.
    const before = CHUNKS.slice(0, CHUNKS.indexOf(chunk));
    const { done } = await state();
    if (before.some((other) => !done.includes(other))) return;
    return projectEvent(storage, eventOf.chunkFetched('j', chunk.id, chunk.batches * SIZE));
  }
  await settleChunk(storage, chunk.id);
};

/** The chunks in the order in which the database completed them, and the batches of `a` that are stored. */
async function state(): Promise<{ done: Chunk[]; parts: Set<string> }> {
  const { rows } = await storage.pool.query<{ chunk_id: string }>(
    "SELECT chunk_id FROM chunk WHERE state = 'complete' ORDER BY completed_at",
  );
  const ledger = await storage.pool.query<{ batch_id: string }>(
    "SELECT batch_id FROM ledger WHERE part = 'stored' AND chunk_id = 'a'",
  );
  return {
    done: rows.map((row) => CHUNKS.find(({ id }) => id === row.chunk_id)!),
    parts: new Set(ledger.rows.map((row) => row.batch_id.replace('.', ''))),
  };
}

async function begin(): Promise<void> {
  await storage.pool.query(
    'TRUNCATE trades, chunk, coverage, job, job_chunk, ledger, quarantine, rule_outcome',
  );
  await storage.pool.query('DROP SCHEMA staging CASCADE');
  await storage.pool.query('CREATE SCHEMA staging');
  for (const chunk of CHUNKS) await plan(chunk);
}

it('stores each row once and shows old rows or new ones, whatever happens in which order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 25 }), async (acts) => {
      await begin();
      for (const { step: given, cutAt, cut } of acts) {
        let piece = 0;
        proxy.decide = () => (piece++ === cutAt ? cut : 'forward');
        await carryOut(given).catch(() => undefined);
        proxy.decide = () => 'forward';
        const { done, parts } = await state();
        expect(await table()).toEqual(model(done, parts));
      }
      const all = CHUNKS.flatMap((chunk): Step[] => [
        ...Array.from({ length: chunk.batches }, (_, sequence) => sequence).flatMap((sequence) =>
          (['stored', 'refused'] as const).map((part): Step => ({
            kind: 'deliver',
            chunk,
            sequence,
            part,
          })),
        ),
        { kind: 'fetched', chunk },
        { kind: 'settle', chunk },
      ]);
      for (const given of all) await carryOut(given);
      const { done, parts } = await state();
      expect(done).toHaveLength(CHUNKS.length);
      expect(await table()).toEqual(model(done, parts));
    }),
    { numRuns: 40, seed: 20240701, endOnFailure: true },
  );
}, 120_000);
