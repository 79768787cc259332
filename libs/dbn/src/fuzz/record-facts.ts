/**
 * What DBN says of its records, written down a second time and in another form than `libs/records` has it, so
 * that a wrong offset there is not confirmed by itself.
 */
import type { DbnVersion } from '@tapeline/records';

/** Where a text stands, and its bytes with the NUL. */
export type TextField = readonly [offset: number, width: number];

interface RecordFacts {
  readonly name: string;
  /** Bytes in versions 1, 2 and 3. */
  readonly sizes: readonly [number, number, number];
  readonly texts?: readonly [readonly TextField[], readonly TextField[], readonly TextField[]];
}

const same = (name: string, size: number): RecordFacts => ({ name, sizes: [size, size, size] });

/** Name, then offset and width: all texts of definitions but the symbols follow one another. */
const definitionTexts = (
  currencies: number,
  symbol: TextField,
  group: number,
  assetWidth: number,
  more: readonly TextField[],
): TextField[] => {
  const fields: TextField[] = [[currencies, 4], [currencies + 4, 4], [currencies + 8, 6], symbol];
  let at = group;
  for (const width of [21, 5, assetWidth, 7, 7, 31, 21, 4]) {
    fields.push([at, width]);
    at += width;
  }
  return [...fields, ...more];
};

const MAPPING_TEXTS: readonly TextField[] = [
  [17, 71],
  [89, 71],
];

export const RECORD_FACTS: ReadonlyMap<number, RecordFacts> = new Map([
  [0x00, same('trades', 48)],
  [0x01, same('mbp-1', 80)],
  [0x0a, same('mbp-10', 368)],
  [0x11, same('ohlcv', 56)],
  [0x12, same('status', 40)],
  [
    0x13,
    {
      name: 'definition',
      sizes: [360, 400, 520],
      texts: [
        definitionTexts(186, [200, 22], 222, 7, []),
        definitionTexts(186, [200, 71], 271, 7, []),
        definitionTexts(224, [238, 71], 309, 11, [[416, 71]]),
      ],
    },
  ],
  [0x14, same('imbalance', 112)],
  [0x15, { name: 'error', sizes: [80, 320, 320], texts: [[[16, 64]], [[16, 302]], [[16, 302]]] }],
  [
    0x16,
    {
      name: 'symbol-mapping',
      sizes: [80, 176, 176],
      texts: [
        [
          [16, 22],
          [38, 22],
        ],
        MAPPING_TEXTS,
        MAPPING_TEXTS,
      ],
    },
  ],
  [0x17, { name: 'system', sizes: [80, 320, 320], texts: [[[16, 64]], [[16, 303]], [[16, 303]]] }],
  [0x18, { name: 'statistics', sizes: [64, 64, 80] }],
  [0x20, same('ohlcv-1s', 56)],
  [0x21, same('ohlcv-1m', 56)],
  [0x22, same('ohlcv-1h', 56)],
  [0x23, same('ohlcv-1d', 56)],
  [0x24, same('ohlcv-eod', 56)],
  [0xa0, same('mbo', 56)],
  [0xb1, same('cmbp-1', 80)],
  [0xc0, same('cbbo-1s', 80)],
  [0xc1, same('cbbo-1m', 80)],
  [0xc2, same('tcbbo', 80)],
  [0xc3, same('bbo-1s', 80)],
  [0xc4, same('bbo-1m', 80)],
]);

/** Schemas by their number in the metadata. */
export const SCHEMA_CODES =
  'mbo mbp-1 mbp-10 tbbo trades ohlcv-1s ohlcv-1m ohlcv-1h ohlcv-1d definition statistics status imbalance ohlcv-eod cmbp-1 cbbo-1s cbbo-1m tcbbo bbo-1s bbo-1m'.split(
    ' ',
  );

const STYPE_CODES =
  'instrument_id raw_symbol smart continuous parent nasdaq_symbol cms_symbol isin us_code bbg_comp_id bbg_comp_ticker figi figi_ticker listing_id issuer_id security_id'.split(
    ' ',
  );

/** Types of symbols by their number in the metadata. */
export const stypeOf = (code: number): string | null =>
  code === 255 ? null : (STYPE_CODES[code] ?? `${code}`);

/** The texts of records of an rtype. */
export const textsOf = (rtype: number, version: DbnVersion): readonly TextField[] =>
  RECORD_FACTS.get(rtype)?.texts?.[version - 1] ?? [];
