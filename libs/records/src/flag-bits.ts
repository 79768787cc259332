/** Bits of the `flags` of records, by the names that Databento gives them. */
export const FLAG_BITS: Readonly<Record<string, number>> = {
  LAST: 128,
  TOB: 64,
  SNAPSHOT: 32,
  MBP: 16,
  BAD_TS_RECV: 8,
  MAYBE_BAD_BOOK: 4,
  PUBLISHER_SPECIFIC: 2,
};
