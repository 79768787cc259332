import { describe, expect, it } from '@jest/globals';
import { ORDINAL, sampleBatch, SCHEMAS, UNDEF_TIMESTAMP } from '@tapeline/records';
import type { Storage } from '../storage.js';
import { DATASET, headerOf, trades } from '../test-batches.js';
import { writeBatch } from './write-batch.js';
import { writeQuarantine } from './write-quarantine.js';
import { eachWithStorage } from '../test-storage.js';

let storage: Storage;

eachWithStorage(4, (opened) => (storage = opened));

const count = async (table: 'ledger' | 'quarantine'): Promise<number> =>
  (await storage.pool.query(`SELECT FROM ${table}`)).rowCount!;

/** The n-th message of refused records, of a batch that has `quarantined` of them in all. */
const refusedHeader = (
  batch: Parameters<typeof headerOf>[0],
  quarantined: number,
  n = 0,
  fetched = quarantined,
) => headerOf(batch, 'c', 0, { part: `quarantined.${n}`, quarantined, fetched });

it('keeps every field of a refused record, with rule and reason', async () => {
  const batch = sampleBatch(SCHEMAS.statistics, 4);
  batch.indexTimestamps()[3] = UNDEF_TIMESTAMP;
  const rules = ['r0', 'r1', 'r2', 'r3'];
  const reasons = ["it's odd", 'a "quoted", {braced}\nreason', '', 'unset'];
  expect(await writeQuarantine(storage, refusedHeader(batch, 4), batch, rules, reasons)).toBe(
    'written',
  );
  const { rows } = await storage.pool.query<Record<string, unknown>>(
    `SELECT dataset, schema, chunk_id, batch_id, job_id, ordinal, instrument_id, ts_ns, rule, reason,
            rules_version, state, record FROM quarantine ORDER BY ordinal`,
  );
  const text = (name: string, row: number) => String(batch.column(name)[row]);
  expect(rows).toEqual(
    rules.map((rule, row) => ({
      dataset: DATASET,
      schema: 'statistics',
      chunk_id: 'c',
      batch_id: 'c.0',
      job_id: 'job',
      ordinal: text(ORDINAL, row),
      instrument_id: text('instrument_id', row),
      ts_ns: row === 3 ? null : text('ts_recv', row),
      rule,
      reason: reasons[row],
      rules_version: 'rules',
      state: 'open',
      record: expect.objectContaining({
        publisher_id: batch.column('publisher_id')[row],
        ts_ref: row === 2 ? null : text('ts_ref', row),
        ts_recv: row === 3 ? null : text('ts_recv', row),
        price: row === 2 ? null : text('price', row),
        quantity: row === 2 ? null : text('quantity', row),
      }),
    })),
  );
  expect(Object.keys(rows[0]!['record'] as object).toSorted()).toEqual(
    SCHEMAS.statistics.columns
      .map(({ name }) => name)
      .filter((name) => name !== ORDINAL)
      .toSorted(),
  );
});

it('keeps texts and letters of definitions', async () => {
  const batch = sampleBatch(SCHEMAS.definition, 3);
  await writeQuarantine(storage, refusedHeader(batch, 3), batch, ['r', 'r', 'r'], ['', '', '']);
  const { rows } = await storage.pool.query<{ record: Record<string, unknown> }>(
    'SELECT record FROM quarantine ORDER BY ordinal',
  );
  expect(rows.map(({ record }) => record['instrument_class'])).toEqual([' ', '~', null]);
  expect(rows[0]!.record['raw_symbol']).toBe('');
  expect(rows[1]!.record['raw_symbol']).toMatch(/^S\d+$/);
  expect(rows[1]!.record['raw_instrument_id']).toBe('18446744073709551615');
});

it('counts each message of refused records once, beside the accepted ones', async () => {
  const accepted = trades(2);
  const refused = trades(5).slice(2, 5);
  const [first, second] = [refused.slice(0, 2), refused.slice(2, 3)];
  const header = { quarantined: 3, fetched: 5 };
  for (let delivery = 0; delivery < 2; delivery++) {
    const outcome = delivery === 0 ? 'written' : 'duplicate';
    expect(
      await writeQuarantine(storage, refusedHeader(second, 3, 1, 5), second, ['r'], ['x']),
    ).toBe(outcome);
    expect(await writeBatch(storage, headerOf(accepted, 'c', 0, header), accepted)).toBe(outcome);
    expect(
      await writeQuarantine(storage, refusedHeader(first, 3, 0, 5), first, ['r', 'r'], ['x', 'x']),
    ).toBe(outcome);
  }
  const { rows } = await storage.pool.query(
    'SELECT part, stored, quarantined, filtered FROM ledger ORDER BY part',
  );
  expect(rows).toEqual([
    { part: 'quarantined.0', stored: 0, quarantined: 2, filtered: 0 },
    { part: 'quarantined.1', stored: 0, quarantined: 1, filtered: 0 },
    { part: 'stored', stored: 2, quarantined: 0, filtered: 0 },
  ]);
  expect(await count('quarantine')).toBe(3);
});

describe('a part that would count a record twice', () => {
  it('is left out where the batch is accounted for', async () => {
    const all = trades(3);
    await writeBatch(storage, headerOf(all, 'c'), all);
    // The rules have changed since, and now refuse the last one.
    const last = all.slice(2, 3);
    expect(await writeQuarantine(storage, refusedHeader(last, 1, 0, 3), last, ['r'], ['x'])).toBe(
      'duplicate',
    );
    expect([await count('ledger'), await count('quarantine')]).toEqual([1, 0]);
  });

  it('is refused where it is not', async () => {
    const all = trades(4);
    const two = all.slice(0, 2);
    await writeQuarantine(storage, refusedHeader(two, 3, 0, 4), two, ['r', 'r'], ['x', 'x']);
    await expect(writeBatch(storage, headerOf(all, 'c'), all)).rejects.toMatchObject({
      code: 'batch_conflict',
    });
    expect([await count('ledger'), await count('quarantine')]).toEqual([1, 2]);
  });

  it('is so among parts that come at the same time', async () => {
    const all = trades(3);
    const refused = all.slice(0, 2);
    const outcomes = await Promise.allSettled([
      writeBatch(storage, headerOf(all, 'c'), all),
      writeQuarantine(storage, refusedHeader(refused, 2, 0, 3), refused, ['r', 'r'], ['x', 'x']),
    ]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
    const { rows } = await storage.pool.query<{ sum: number }>(
      'SELECT sum(stored + quarantined + filtered)::int AS sum FROM ledger',
    );
    expect(rows[0]!.sum).toBeLessThanOrEqual(3);
  });
});

it('refuses records without one rule and one reason each', async () => {
  const batch = trades(2);
  await expect(
    writeQuarantine(storage, refusedHeader(batch, 2), batch, ['r'], ['x', 'y']),
  ).rejects.toMatchObject({ code: 'batch_mismatch', message: expect.stringContaining('1 rules') });
  await expect(
    writeQuarantine(storage, refusedHeader(batch, 1), batch, ['r', 'r'], ['x', 'y']),
  ).rejects.toMatchObject({ code: 'batch_mismatch' });
  expect(await count('ledger')).toBe(0);
});
