import { UNDEF_PRICE, UNDEF_TIMESTAMP } from '@tapeline/records';
import type { ColumnarBatch } from '@tapeline/records';
import { columnsOf } from '../dbn/columns-of.js';
import { TICK } from '../dbn/market.js';

/** A value that some rule of trades has something to say about, for one record after the other. */
const DAMAGES: readonly (readonly [column: string, value: bigint])[] = [
  ['ts_recv', 0n],
  ['ts_recv', UNDEF_TIMESTAMP],
  ['ts_event', 0n],
  ['ts_event', UNDEF_TIMESTAMP],
  ['ts_event', 2n ** 63n],
  ['action', 0x41n],
  ['action', 0n],
  ['price', UNDEF_PRICE],
  ['price', -(2n ** 63n)],
  ['price', 2n ** 62n],
  ['price', 5000n * TICK + 1n],
  ['price', 0n],
  ['side', 0n],
  ['side', 0x58n],
  ['size', 0n],
  ['publisher_id', 0n],
  ['flags', 8n],
  ['flags', 40n],
  ['flags', 255n],
];

/** Damages every seventh record; the copy given is changed. */
export function damageTrades(batch: ColumnarBatch): void {
  const { wide, narrow } = columnsOf(batch);
  for (let row = 3, index = 0; row < batch.length; row += 7, index++) {
    const [column, value] = DAMAGES[index % DAMAGES.length]!;
    if (batch.column(column).BYTES_PER_ELEMENT === 8) wide(column)[row] = value;
    else narrow(column)[row] = Number(value);
  }
}
