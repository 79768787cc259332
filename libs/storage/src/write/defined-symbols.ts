import { readString, words } from '@tapeline/records';
import type { ColumnarBatch } from '@tapeline/records';
import { dayAt } from './partitioning.js';

/** Which instrument a symbol meant on a UTC day. */
export interface DefinedSymbol {
  readonly symbol: string;
  readonly instrumentId: number;
  /** `YYYY-MM-DD` */
  readonly d0: string;
}

const DELETED = 'D'.codePointAt(0)!;

/** What definitions say of symbols, each once a day. A definition that deletes its instrument says nothing. */
export function definedSymbols(batch: ColumnarBatch): DefinedSymbol[] {
  const symbols = batch.column('raw_symbol') as Uint8Array;
  const { width } = batch.schema.columns.find(({ name }) => name === 'raw_symbol')!;
  const ids = batch.column('instrument_id') as Uint32Array;
  const actions = batch.column('security_update_action');
  const defined = new Map<string, DefinedSymbol>();
  const times = batch.indexTimestamps();
  const pairs = words(times);
  let day = -1;
  let d0 = '';
  for (let row = 0; row < batch.length; row++) {
    if (Number(actions[row]) === DELETED) continue;
    if (dayAt(times, pairs, row) !== day) {
      day = dayAt(times, pairs, row);
      d0 = Temporal.PlainDate.from('1970-01-01').add({ days: day }).toString();
    }
    const symbol = readString(symbols, width, row);
    const instrumentId = ids[row]!;
    if (symbol !== '') defined.set(`${d0} ${instrumentId} ${symbol}`, { symbol, instrumentId, d0 });
  }
  return [...defined.values()];
}
