/** The value of the header `X-Warning`: a JSON array of `Category: text`. */
export const warningHeader = (texts: readonly string[]): string =>
  JSON.stringify(texts.map((text) => `Warning: ${text}`));

/** Of a range with days of lower quality. */
export const degradedWarning = (dates: readonly string[]): string =>
  `the request contains days of reduced quality: ${dates.map((date) => `${date} (degraded)`).join(', ')}`;
