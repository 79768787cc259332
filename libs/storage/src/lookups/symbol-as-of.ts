/**
 * SQL of the venue's symbol of an instrument as of a UTC day: null where none is known, of several on one day the
 * first in order.
 * @param day SQL of a date, like `dataset` and `instrumentId` of their columns.
 */
export const symbolAsOf = (dataset: string, instrumentId: string, day: string): string =>
  `(SELECT min(y.symbol) FROM symbology y
     WHERE y.dataset = ${dataset} AND y.stype_in = 'raw_symbol' AND y.instrument_id = ${instrumentId}
       AND y.d0 <= ${day} AND y.d1 > ${day})`;
