import type { DbnBatch, DbnMetadata } from '@tapeline/dbn';
import { EXACT_HIGH, readString, wholeMicroseconds, words } from '@tapeline/records';

const DAY_US = 86_400_000_000;

interface Interval {
  /** Days since 1970 in UTC, the end exclusive. */
  readonly from: number;
  readonly to: number;
  readonly symbol: string;
}

/**
 * What instrument ids stand for: on which days, as the metadata of historical data say, or from a record
 * on, as the symbol mappings of live data do. Ids are used again over the years, so the day matters.
 */
export class SymbolMap {
  readonly #dated = new Map<number, Interval[]>();
  readonly #live = new Map<number, string>();

  constructor({ stypeIn, stypeOut, mappings }: DbnMetadata) {
    // The roles are exchanged where ids were asked for.
    const isInverse = stypeIn === 'instrument_id';
    if (!isInverse && stypeOut !== 'instrument_id') return;
    for (const { rawSymbol, intervals } of mappings) {
      for (const { startDate, endDate, symbol } of intervals) {
        // Old files hold intervals without a symbol.
        if (symbol === '') continue;
        const id = Number(isInverse ? rawSymbol : symbol);
        const known = this.#dated.get(id) ?? [];
        known.push({
          from: dayOf(startDate),
          to: dayOf(endDate),
          symbol: isInverse ? symbol : rawSymbol,
        });
        this.#dated.set(id, known);
      }
    }
  }

  /** Whether nothing at all is known. */
  get isEmpty(): boolean {
    return this.#dated.size === 0 && this.#live.size === 0;
  }

  /** Takes note of the batch if its records are symbol mappings. */
  learn(batch: DbnBatch): void {
    if (batch.description.name !== 'symbol-mapping') return;
    const { width } = batch.description.columns.find(({ name }) => name === 'stype_out_symbol')!;
    const symbols = batch.column('stype_out_symbol') as Uint8Array;
    const ids = batch.column('instrument_id') as Uint32Array;
    for (const [row, id] of ids.entries()) this.#live.set(id, readString(symbols, width, row));
  }

  /** The symbol of each record of a batch by its row, or null where none is known. */
  symbolsOf(batch: DbnBatch): (row: number) => string | null {
    const ids = batch.column('instrument_id') as Uint32Array;
    const times = words(batch.column(batch.description.indexColumn));
    return (row) => this.#symbolAt(ids[row]!, times[2 * row]!, times[2 * row + 1]!);
  }

  #symbolAt(id: number, low: number, high: number): string | null {
    const live = this.#live.get(id);
    if (live !== undefined) return live;
    const intervals = this.#dated.get(id);
    if (!intervals || high >= EXACT_HIGH) return null;
    const day = Math.floor(wholeMicroseconds(low, high) / DAY_US);
    return intervals.find(({ from, to }) => from <= day && day < to)?.symbol ?? null;
  }
}

/** Days since 1970 of `YYYY-MM-DD`; Databento writes an open end as year 9999. */
const dayOf = (date: string): number =>
  Temporal.PlainDate.from('1970-01-01').until(Temporal.PlainDate.from(date)).days;
