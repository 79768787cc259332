/** Names of the letters of instrument_class, as Databento gives them. */
export const INSTRUMENT_CLASSES: Readonly<Record<string, string>> = {
  B: 'bond',
  C: 'call',
  F: 'future',
  I: 'index',
  K: 'stock',
  M: 'mixed_spread',
  P: 'put',
  S: 'future_spread',
  T: 'option_spread',
  X: 'fx_spot',
  Y: 'commodity_spot',
};
