/** gaps and price_jump. */
import { describe, expect, it } from '@jest/globals';
import type { GivenRecord } from '@tapeline/records';
import { EVERY_INSTRUMENT } from '../planning/coverage-claim.js';
import type { Storage } from '../storage.js';
import { DAY, DAY_START } from '../test-batches.js';
import { eachWithStorage } from '../test-storage.js';
import { at, holdChunk, runCheck } from './check-fixture.js';

let storage: Storage;
eachWithStorage(4, (opened) => (storage = opened));

const SECOND = 1_000_000_000n;
const MINUTE = 60n * SECOND;

/** `count` trades of one price every `step` from a time on. */
const every = (step: bigint, count: number, from: bigint, instrument = 1): GivenRecord[] =>
  Array.from({ length: count }, (_, index) => ({
    instrument_id: instrument,
    ts_recv: from + step * BigInt(index),
    price: '100',
    size: 1,
  }));

describe('gaps', () => {
  const check = { check: 'gaps', longer_than: '10m', factor: 5 };
  const last = at('12:00') + 200n * SECOND;

  const silent = (silence: bigint) =>
    holdChunk(storage, {
      schema: 'trades',
      batches: [[...every(SECOND, 201, at('12:00')), ...every(SECOND, 100, last + silence)]],
    });

  it('finds a silence longer than the limit', async () => {
    const silence = 10n * MINUTE + 1n;
    expect(await runCheck(storage, await silent(silence), check)).toEqual([
      {
        check: 'gaps',
        severity: 'warn',
        instrumentId: 1,
        start: last,
        end: last + silence,
        message:
          'instrument 1 was silent for 10m 0.000000001s, from 2024-07-01T12:03:20.000000000Z to 2024-07-01T12:13:20.000000001Z; of its 300 intervals in the chunk 99 % are at most 1s',
        details: {
          silence_ns: String(silence),
          typical_ns: String(SECOND),
          intervals: 300,
          by_calendar: false,
        },
      },
    ]);
  });

  it('finds none that just reaches it', async () => {
    expect(await runCheck(storage, await silent(10n * MINUTE), check)).toEqual([]);
  });

  it('measures by the instrument’s own activity', async () => {
    // Every three minutes is usual for 2: five times that is longer than its longest silence.
    const slow = every(3n * MINUTE, 201, at('00:00'), 2).map((record, index) =>
      index === 200 ? { ...record, ts_recv: (record['ts_recv'] as bigint) + 12n * MINUTE } : record,
    );
    const chunk = await holdChunk(storage, {
      schema: 'trades',
      instruments: [EVERY_INSTRUMENT],
      batches: [
        [...slow, ...every(SECOND, 98, at('12:00'), 3), ...every(SECOND, 2, at('14:00'), 3)],
      ],
    });
    // 3 has 99 intervals: its longest is its 99th percentile.
    expect(await runCheck(storage, chunk, check)).toEqual([]);
    expect(await runCheck(storage, chunk, { ...check, factor: 4 })).toMatchObject([
      { instrumentId: 2, end: at('10:12') },
    ]);
  });

  it('counts only what lies in an open session, each for itself, from the chunk’s start to its end', async () => {
    const chunk = await holdChunk(storage, {
      schema: 'trades',
      batches: [[...every(SECOND, 201, at('12:00')), ...every(SECOND, 101, at('13:00'))]],
    });
    const asked: unknown[] = [];
    const open = (...given: unknown[]) => {
      asked.push(given);
      return [
        { start: DAY_START - DAY, end: at('00:09') },
        { start: at('11:49'), end: at('12:10') },
        { start: at('12:49'), end: at('13:05') },
        { start: at('23:45'), end: DAY_START + 2n * DAY },
      ];
    };
    const found = await runCheck(storage, chunk, check, open);
    expect(asked).toEqual([['GLBX.MDP3', DAY_START, DAY_START + DAY]]);
    expect(found.map(({ start, end }) => [start, end])).toEqual([
      [at('23:45'), DAY_START + DAY],
      [at('11:49'), at('12:00')],
      [at('12:49'), at('13:00')],
    ]);
    expect(found[0]!.message).toContain('while its market was open');
  });

  it('says nothing of time that the chunk does not hold', async () => {
    const silence = {
      instrument_id: 1,
      start: String(at('12:04')),
      end: String(at('12:20')),
      end_ties: 0,
    };
    const chunk = await holdChunk(storage, {
      schema: 'trades',
      instruments: [EVERY_INSTRUMENT],
      exclude: [silence],
      batches: [[...every(SECOND, 201, at('12:00')), ...every(SECOND, 100, at('12:21'))]],
    });
    expect(await runCheck(storage, chunk, check)).toEqual([]);
  });
});

describe('price_jump', () => {
  const prices = (schema: 'trades' | 'mbo' | 'mbp-1', given: readonly GivenRecord[]) =>
    holdChunk(storage, {
      schema,
      instruments: [1, 2],
      batches: [
        given.map((record, index) => ({
          instrument_id: 1,
          size: 1,
          ts_recv: at('12:00') + BigInt(index),
          ...record,
        })),
      ],
    });
  const check = { check: 'price_jump', beyond: '2.5%' };

  it('finds a price beyond the share of the one before it, and none at its edge', async () => {
    const chunk = await prices('trades', [
      { price: '1000' },
      { instrument_id: 2, price: '7' },
      { price: '1025' },
      { price: '999.374999999' },
      { price: '1000' },
    ]);
    expect(await runCheck(storage, chunk, check)).toEqual([
      {
        check: 'price_jump',
        severity: 'warn',
        instrumentId: 1,
        start: at('12:00') + 3n,
        end: at('12:00') + 3n,
        message:
          'price 999.374999999 of instrument 1 at 2024-07-01T12:00:00.000000003Z is 25.625000001 below 1025, the one before it at 2024-07-01T12:00:00.000000002Z: 2.50 %, beyond 2.5%',
        details: {
          price: '999374999999',
          before: '1025000000000',
          time_ns: String(at('12:00') + 3n),
          before_ns: String(at('12:00') + 2n),
          beyond: '2.5%',
        },
      },
    ]);
  });

  it('knows negative prices, zero and the largest, and passes over unset ones', async () => {
    const chunk = await prices('trades', [
      { price: '-10' },
      { price: '-10.25' },
      {},
      { price: '-10' },
      { price: '0' },
      { price: '0.01' },
      { instrument_id: 2, price: 2n ** 63n - 2n },
      { instrument_id: 2, price: -(2n ** 63n) },
    ]);
    const found = await runCheck(storage, chunk, check);
    expect(found.map(({ message }) => message.replace(/ at 2024.*?Z/g, ''))).toEqual([
      'price 0.01 of instrument 1 is 0.01 above 0, the one before it, beyond 2.5%',
      'price -9223372036.854775808 of instrument 2 is 18446744073.709551614 below 9223372036.854775806, the one before it: 200.00 %, beyond 2.5%',
      'price 0 of instrument 1 is 10 above -10, the one before it: 100.00 %, beyond 2.5%',
    ]);
  });

  it('leaves spreads out by their definition of the day, unless it is told not to', async () => {
    for (const [instrument, letter] of ['S', 'T', 'F'].entries()) {
      await holdChunk(storage, {
        schema: 'definition',
        instruments: [instrument + 1],
        batches: [
          [{ ts_recv: at('23:00'), instrument_id: instrument + 1, instrument_class: letter }],
        ],
      });
    }
    const chunk = await prices(
      'trades',
      [1, 2, 3].flatMap((id) => [
        { instrument_id: id, price: '0.05' },
        { instrument_id: id, price: '0.10' },
      ]),
    );
    await storage.pool.query(
      `INSERT INTO coverage SELECT dataset, schema, 3, start_ns, chunk_id, end_ns FROM coverage WHERE chunk_id = $1 LIMIT 1`,
      [chunk],
    );
    const ids = async (spreads: boolean) =>
      (await runCheck(storage, chunk, { ...check, spreads })).map((found) => found.instrumentId);
    expect(await ids(false)).toEqual([3]);
    expect(await ids(true)).toEqual([1, 2, 3]);
  });

  it('follows trades only, among orders and quotes', async () => {
    const events = [
      { price: '100' },
      { price: '1', action: 'A' },
      { price: '101' },
      { price: '200', action: 'C' },
    ];
    for (const schema of ['mbo', 'mbp-1'] as const) {
      expect(await runCheck(storage, await prices(schema, events), check)).toEqual([]);
    }
  });
});
