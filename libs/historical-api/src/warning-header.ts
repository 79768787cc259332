/** The value of the header `X-Warning`: a JSON array of `Category: text`, in the ASCII that headers may have. */
export const warningHeader = (texts: readonly string[]): string =>
  JSON.stringify(texts.map((text) => `Warning: ${text}`)).replaceAll(
    /[^\x20-\x7e]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** Of a range with days of lower quality. */
export const degradedWarning = (dates: readonly string[]): string =>
  `the request contains days of reduced quality: ${dates.map((date) => `${date} (degraded)`).join(', ')}`;
