/** Random records of tbbo, with the values at which arithmetic could go wrong. For tests. */
import { ColumnarBatch, SCHEMAS, UNDEF_PRICE } from '@tapeline/records';
import * as fc from 'fast-check';
import type { Row } from './reference-evaluator.js';

const SCHEMA = SCHEMAS.tbbo;
const INT64 = 2n ** 63n;

const edges = (...values: readonly bigint[]): fc.Arbitrary<bigint> => fc.constantFrom(...values);
const rawPrice = fc.oneof(
  edges(
    0n,
    1n,
    -1n,
    250_000_000n,
    UNDEF_PRICE,
    INT64 - 2n,
    -INT64,
    2n ** 53n - 1n,
    2n ** 53n,
    2n ** 53n + 1n,
  ),
  fc.bigInt({ min: -10_000n, max: 10_000n }).map((ticks) => ticks * 250_000_000n),
  fc.bigInt({ min: -INT64, max: INT64 - 1n }),
);
const rawTime = fc.oneof(
  edges(0n, 1n, 2n * INT64 - 1n, 2n * INT64 - 2n, 1_719_840_600_000_000_000n),
  fc.bigInt({ min: 1_719_840_600_000_000_000n, max: 1_719_840_700_000_000_000n }),
);
const u32 = fc.oneof(edges(0n, 1n, 7n, 2n ** 32n - 1n), fc.bigInt({ min: 0n, max: 1000n }));

/** One record, by column; unset values are their sentinels. */
export const randomRecord = fc.record({
  price: rawPrice,
  bid_px_00: rawPrice,
  ask_px_00: rawPrice,
  ts_event: rawTime,
  ts_recv: rawTime,
  size: u32,
  sequence: u32,
  depth: fc.bigInt({ min: 0n, max: 255n }),
  ts_in_delta: fc.oneof(
    edges(-(2n ** 31n), 0n, 2n ** 31n - 1n),
    fc.bigInt({ min: -1000n, max: 1000n }),
  ),
  side: fc.constantFrom(0n, 65n, 66n, 78n),
  instrument_id: fc.bigInt({ min: 1n, max: 3n }),
});
export type RawRecord = Readonly<Record<string, bigint>>;

/** The records as a batch. */
export function batchOf(records: readonly RawRecord[]): ColumnarBatch {
  const batch = ColumnarBatch.allocate(SCHEMA, records.length);
  records.forEach((values, row) => {
    for (const [name, value] of Object.entries(values)) {
      const data = batch.column(name);
      if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[row] = value;
      else data[row] = Number(value);
    }
  });
  return batch;
}

/** A record's columns as the reference sees them: sentinels are null. */
export const rowOf = (values: RawRecord): Row =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const { nullValue } = SCHEMA.columns.find((column) => column.name === name)!;
      return [name, value === nullValue ? null : value];
    }),
  );
