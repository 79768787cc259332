/** That a requested symbol meant an instrument on the UTC dates `[d0, d1)`, `YYYY-MM-DD`. */
export interface SymbolInterval {
  readonly symbol: string;
  readonly instrumentId: number;
  readonly d0: string;
  readonly d1: string;
}

/**
 * The intervals cut so that no instrument has two on the same day: joined with them, each record
 * comes once. Where several symbols meant the same instrument (`ES.c.0` and `ES.v.0`, as a rule), the
 * symbols are joined by commas, in the order in which `intervals` first names them.
 */
export function disjointIntervals(intervals: readonly SymbolInterval[]): SymbolInterval[] {
  const order = new Map<string, number>();
  const byInstrument = new Map<number, SymbolInterval[]>();
  for (const interval of intervals) {
    if (!order.has(interval.symbol)) order.set(interval.symbol, order.size);
    const own = byInstrument.get(interval.instrumentId);
    if (own) own.push(interval);
    else byInstrument.set(interval.instrumentId, [interval]);
  }
  return [...byInstrument].flatMap(([instrumentId, own]) => {
    const days = [...new Set(own.flatMap(({ d0, d1 }) => [d0, d1]))].toSorted();
    const pieces: SymbolInterval[] = [];
    for (const [index, d0] of days.entries()) {
      const d1 = days[index + 1];
      if (d1 === undefined) break;
      const symbols = new Set(
        own
          .filter((interval) => interval.d0 <= d0 && d1 <= interval.d1)
          .map(({ symbol }) => symbol),
      );
      if (symbols.size === 0) continue;
      const symbol = [...symbols].toSorted((a, b) => order.get(a)! - order.get(b)!).join(',');
      const last = pieces.at(-1);
      if (last?.symbol === symbol && last.d1 === d0) pieces[pieces.length - 1] = { ...last, d1 };
      else pieces.push({ symbol, instrumentId, d0, d1 });
    }
    return pieces;
  });
}
