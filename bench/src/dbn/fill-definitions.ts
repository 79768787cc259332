import { ColumnarBatch } from '@tapeline/records';
import type { ColumnDescription } from '@tapeline/records';
import { columnsOf } from './columns-of.js';
import { OPEN, TICK } from './market.js';
import type { Fill } from './workloads.js';

const STRIKES = 250;
const TEXTS = [
  ['currency', 'USD'],
  ['group', 'EX'],
  ['exchange', 'XCME'],
  ['asset', 'ES'],
  ['security_type', 'OOF'],
  ['unit_of_measure', 'IPNT'],
  ['underlying', 'ESU4'],
  ['strike_price_currency', 'USD'],
] as const;

/** Options on a future, strike by strike, calls and puts, one expiration after the other. */
export function fillDefinitions(): Fill {
  let position = 0;
  return (batch) => {
    batch.schema.columns.forEach((column, index) => fillUnset(batch, column, index));
    const { wide, narrow, text } = columnsOf(batch);
    const stamps = ['ts_recv', 'ts_event', 'activation'].map(wide);
    const [expiration, strike] = [wide('expiration'), wide('strike_price')];
    const [increment, publisher] = [wide('min_price_increment'), narrow('publisher_id')];
    const [instrument, kind, cfi] = [
      narrow('instrument_id'),
      narrow('instrument_class'),
      text('cfi'),
    ];
    const symbol = text('raw_symbol');
    const fixed = TEXTS.map(([name, value]) => [text(name), value] as const);
    for (let row = 0; row < batch.length; row++, position++) {
      const isCall = position % 2 === 0;
      const points = 3000 + 25 * (Math.floor(position / 2) % STRIKES);
      const series = Math.floor(position / (2 * STRIKES));
      for (const stamp of stamps) stamp[row] = OPEN + BigInt(position) * 17_003n;
      expiration[row] = OPEN + BigInt(1 + series) * 86_400_000_000_000n;
      strike[row] = BigInt(points) * 1_000_000_000n;
      increment[row] = TICK;
      publisher[row] = 1;
      instrument[row] = 400_000 + position * 3;
      kind[row] = isCall ? 67 : 80;
      cfi(row, isCall ? 'OCEFPS' : 'OPEFPS');
      symbol(row, `E${series} ${isCall ? 'C' : 'P'}${points}`);
      for (const [set, value] of fixed) set(row, value);
    }
  };
}

/** What a reader takes for fields that the version lacks, so that every version can hold the records. */
function fillUnset(
  batch: ColumnarBatch,
  { type, absentValue }: ColumnDescription,
  index: number,
): void {
  const data = batch.columns[index]!;
  if (type === 'string') return;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data.fill(absentValue);
  else data.fill(Number(absentValue));
}
