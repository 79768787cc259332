/** The root and kind of a parent symbol: `ES.FUT` → `ES`, `FUT`; undefined if it is none. */
export function splitParent(parent: string): { root: string; kind: 'FUT' | 'OPT' } | undefined {
  const match = /^(.+)\.(FUT|OPT)$/.exec(parent);
  const [, root, kind] = match ?? [];
  return root !== undefined && (kind === 'FUT' || kind === 'OPT') ? { root, kind } : undefined;
}

const EXPIRY = String.raw`[FGHJKMNQUVXZ]\d{1,4}`;
const OSI_ROOT_WIDTH = 6;

/**
 * Whether a raw symbol is of a parent, by the venues' ways of writing symbols: `ESH1`, the spreads
 * `ESH1-ESM1` and `ES:BF H1-M1-U1`, the options `ESM4 C5000` and `SPY   260619C00600000`. Databento
 * maps a parent request to such expanded symbols without saying to which parent each belongs.
 */
export function belongsToParent(symbol: string, parent: string): boolean {
  const parts = splitParent(parent);
  if (!parts || !symbol.startsWith(parts.root)) return false;
  const rest = symbol.slice(parts.root.length);
  if (parts.kind === 'FUT') {
    const [near = '', far, ...more] = symbol.split('-');
    const outright = (leg: string): boolean =>
      leg.startsWith(parts.root) && matches(leg.slice(parts.root.length), EXPIRY);
    if (rest.startsWith(':')) return true;
    return outright(near) && (far === undefined || outright(far)) && more.length === 0;
  }
  if (matches(rest, String.raw`${EXPIRY} [CP]\d+(\.\d+)?`)) return true;
  const expiry = symbol.slice(OSI_ROOT_WIDTH);
  return (
    symbol.slice(0, OSI_ROOT_WIDTH).trimEnd() === parts.root &&
    matches(expiry, String.raw`\d{6}[CP]\d{8}`)
  );
}

const matches = (text: string, pattern: string): boolean =>
  new RegExp(`^(?:${pattern})$`).test(text);
