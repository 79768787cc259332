/** monotonic, duplicates and count_expected. */
import { describe, expect, it } from '@jest/globals';
import { EVERY_INSTRUMENT } from '../planning/coverage-claim.js';
import type { Storage } from '../storage.js';
import { DAY_START } from '../test-batches.js';
import { eachWithStorage } from '../test-storage.js';
import { at, holdChunk, runCheck } from './check-fixture.js';

let storage: Storage;
eachWithStorage(4, (opened) => (storage = opened));

const trade = (time: string | bigint, more = {}) => ({
  instrument_id: 1,
  ts_recv: typeof time === 'string' ? at(time) : time,
  price: '100',
  size: 1,
  ...more,
});

describe('monotonic', () => {
  it('finds a time that goes back by one nanosecond, within a batch', async () => {
    const chunk = await holdChunk(storage, {
      schema: 'trades',
      instruments: [1, 2],
      batches: [[trade('12:00'), trade(at('12:00') - 1n, { instrument_id: 2 }), trade('12:01')]],
    });
    expect(await runCheck(storage, chunk, { check: 'monotonic', severity: 'error' })).toEqual([
      {
        check: 'monotonic',
        severity: 'error',
        instrumentId: 2,
        start: at('12:00') - 1n,
        end: at('12:00'),
        message:
          'record 1 of the chunk, of instrument 2, is stamped ts_recv 2024-07-01T11:59:59.999999999Z, 0.000000001s before record 0 of instrument 1 ahead of it',
        details: {
          ordinal: 1,
          before_ordinal: 0,
          before_instrument_id: 1,
          time_ns: String(at('12:00') - 1n),
          before_ns: String(at('12:00')),
        },
      },
    ]);
  });

  it('finds a batch that begins before an earlier one ends, by the ledger and once', async () => {
    const chunk = await holdChunk(storage, {
      schema: 'trades',
      batches: [[trade('12:00'), trade('12:05')], [trade('12:06')], [trade('12:04')]],
    });
    const found = await runCheck(storage, chunk, { check: 'monotonic' });
    expect(found.map(({ instrumentId, message }) => [instrumentId, message])).toEqual([
      [
        EVERY_INSTRUMENT,
        `batch ${chunk}.2 begins at 2024-07-01T12:04:00.000000000Z, 2m before the latest record of the batches ahead of it, the last of them ${chunk}.1`,
      ],
    ]);
  });

  it('takes batches by number, not by name', async () => {
    const batches = Array.from({ length: 12 }, (_, minute) => [
      trade(at('12:00') + BigInt(minute) * 60_000_000_000n),
    ]);
    const chunk = await holdChunk(storage, { schema: 'trades', batches });
    expect(await runCheck(storage, chunk, { check: 'monotonic' })).toEqual([]);
  });

  it('finds nothing in equal times, nor in another chunk’s rows', async () => {
    await holdChunk(storage, {
      schema: 'trades',
      range: [DAY_START, at('12:00')],
      endTies: 1,
      batches: [[...Array.from({ length: 9 }, () => trade('11:00')), trade('12:00')]],
    });
    await holdChunk(storage, {
      schema: 'trades',
      instruments: [2],
      batches: [[trade('13:00', { instrument_id: 2 })]],
    });
    const range = {
      instrument_id: 1,
      start: String(DAY_START),
      end: String(at('12:00')),
      end_ties: 1,
    };
    const other = { ...range, instrument_id: 2, end: String(at('23:00')), end_ties: 0 };
    const chunk = await holdChunk(storage, {
      schema: 'trades',
      range: [at('12:00'), at('20:00')],
      instruments: [EVERY_INSTRUMENT],
      exclude: [range, other],
      batches: [[trade('12:01'), trade('12:01'), trade('14:00')]],
    });
    expect(await runCheck(storage, chunk, { check: 'monotonic' })).toEqual([]);
    const owner = await holdChunk(storage, {
      schema: 'trades',
      instruments: [3],
      range: [DAY_START, at('12:00')],
      endTies: 1,
      batches: [
        [
          trade('11:00', { instrument_id: 3 }),
          trade('11:30', { instrument_id: 3 }),
          trade('12:00', { instrument_id: 3 }),
        ],
      ],
    });
    expect(await runCheck(storage, owner, { check: 'monotonic' })).toEqual([]);
  });
});

describe('duplicates', () => {
  const batches = [
    [
      ...Array.from({ length: 3 }, () => trade('12:00', { sequence: 7, side: 'A' })),
      trade('12:00', { sequence: 8 }),
      trade(at('12:00') + 1n, { sequence: 7, side: 'A' }),
      ...Array.from({ length: 2 }, () => trade('13:00')),
    ],
  ];

  it('counts groups and shows the largest with its values', async () => {
    const chunk = await holdChunk(storage, { schema: 'trades', batches });
    const [finding, ...others] = await runCheck(storage, chunk, { check: 'duplicates' });
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      instrumentId: 1,
      start: at('12:00'),
      end: at('13:00'),
      message:
        '2 groups of records of instrument 1, 5 records in all, are equal in every column; the largest is of 3: ts_recv 2024-07-01T12:00:00.000000000Z, action T, side A, price 100, size 1, sequence 7',
      details: {
        groups: 2,
        records: 5,
        largest: {
          multiplicity: 3,
          record: { price: '100000000000', ts_recv: String(at('12:00')), depth: '0' },
        },
      },
    });
  });

  it('leaves smaller groups out', async () => {
    const chunk = await holdChunk(storage, { schema: 'trades', batches });
    const found = await runCheck(storage, chunk, { check: 'duplicates', min_multiplicity: 3 });
    expect(found.map(({ message }) => message)).toEqual([
      '3 records of instrument 1 are equal in every column: ts_recv 2024-07-01T12:00:00.000000000Z, action T, side A, price 100, size 1, sequence 7',
    ]);
    expect(await runCheck(storage, chunk, { check: 'duplicates', min_multiplicity: 4 })).toEqual(
      [],
    );
  });
});

describe('count_expected', () => {
  const batches = [[trade('12:00'), trade('12:01'), trade('12:02')]];

  it('compares what came, records held already included, with what was announced', async () => {
    const chunk = await holdChunk(storage, { schema: 'trades', batches, expected: 5, skipped: 1 });
    const found = await runCheck(storage, chunk, { check: 'count_expected' });
    expect(found).toMatchObject([
      {
        instrumentId: EVERY_INSTRUMENT,
        message: '4 records came of the 5 that the source had announced: 1 too few, 20.00 %',
        details: { expected: '5', received: '4' },
      },
    ]);
    expect(await runCheck(storage, chunk, { check: 'count_expected', tolerance: '20%' })).toEqual(
      [],
    );
  });

  it.each([{ expected: 3 }, {}])('finds nothing in %j', async (given) => {
    const chunk = await holdChunk(storage, { schema: 'trades', batches, ...given });
    expect(await runCheck(storage, chunk, { check: 'count_expected' })).toEqual([]);
  });
});
