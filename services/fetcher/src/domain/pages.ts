/** Databento takes at most so many symbols in a request. */
export const SYMBOLS_PER_REQUEST = 2_000;

/** Items in groups that fit into one request each. */
export const pages = <Item>(items: readonly Item[]): Item[][] =>
  Array.from({ length: Math.ceil(items.length / SYMBOLS_PER_REQUEST) }, (_, page) =>
    items.slice(page * SYMBOLS_PER_REQUEST, (page + 1) * SYMBOLS_PER_REQUEST),
  );
