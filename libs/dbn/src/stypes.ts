/** Symbol types by their number in DBN metadata; 255 stands for none. */
const NAMES = [
  'instrument_id',
  'raw_symbol',
  'smart',
  'continuous',
  'parent',
  'nasdaq_symbol',
  'cms_symbol',
  'isin',
  'us_code',
  'bbg_comp_id',
  'bbg_comp_ticker',
  'figi',
  'figi_ticker',
  'listing_id',
  'issuer_id',
  'security_id',
] as const;

export type StypeName = (typeof NAMES)[number];

/** Number of a symbol type by its name, and name by its number, as in a numeric enum. */
export const STYPES = Object.freeze(
  Object.fromEntries(
    NAMES.flatMap((name, code) => [
      [name, code],
      [code, name],
    ]),
  ),
) as Readonly<Record<StypeName, number>> & Readonly<Record<number, StypeName | undefined>>;

const NO_STYPE = 255;

/** Name of a symbol type; numbers younger than this list become their decimal text. */
export function stypeName(code: number): string | null {
  return code === NO_STYPE ? null : (STYPES[code] ?? String(code));
}

/** Inverse of {@link stypeName}; undefined if `name` is no symbol type. */
export function stypeCode(name: string | null): number | undefined {
  if (name === null) return NO_STYPE;
  const code = (NAMES as readonly string[]).indexOf(name);
  if (code >= 0) return code;
  return /^\d{1,3}$/.test(name) && Number(name) < NO_STYPE ? Number(name) : undefined;
}
