/** Text forms of the two exact units: prices of 1e-9 and nanoseconds since the Unix epoch. */

const PRICE_SCALE = 1_000_000_000n;

/** A price of 1e-9 units as decimal text with nine digits: `3720250000000n` → `3720.250000000`. */
export function formatPrice(price: bigint): string {
  const sign = price < 0n ? '-' : '';
  const absolute = price < 0n ? -price : price;
  const fraction = String(absolute % PRICE_SCALE).padStart(9, '0');
  return `${sign}${absolute / PRICE_SCALE}.${fraction}`;
}

/** The 1e-9 units of decimal text with at most nine fraction digits. @throws RangeError otherwise. */
export function parsePrice(text: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d{1,9}))?$/.exec(text.trim());
  if (!match) {
    throw new RangeError(`'${text}' is not a price: write it as 3720.25, at most nine decimals`);
  }
  const [, sign, whole = '0', fraction = ''] = match;
  const units = BigInt(whole) * PRICE_SCALE + BigInt(fraction.padEnd(9, '0'));
  return sign === '-' ? -units : units;
}

/** Nanoseconds since epoch as ISO 8601 text in UTC with nine digits: `2024-07-01T00:00:00.000000000Z`. */
export function formatTimestamp(nanoseconds: bigint): string {
  return Temporal.Instant.fromEpochNanoseconds(nanoseconds).toString({
    fractionalSecondDigits: 9,
  });
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const PARTIAL = /^(\d{4}-\d{2}-\d{2}T\d{2})(:\d{2})?(:\d{2}(?:\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/;

/**
 * Nanoseconds since epoch of a date (`2024-07-01`, midnight UTC), a datetime (UTC unless it has an
 * offset; hours or minutes suffice), or an integer of nanoseconds: the forms Databento accepts.
 * @throws RangeError if the text is none of these or lies outside 1970–2554.
 */
export function parseTimestamp(text: string): bigint {
  const nanoseconds = readTimestamp(text.trim());
  if (nanoseconds === undefined || nanoseconds < 0n || nanoseconds >= 0xffff_ffff_ffff_ffffn) {
    throw new RangeError(
      `'${text}' is not a time: write 2024-07-01, 2024-07-01T13:30:00Z or nanoseconds since 1970`,
    );
  }
  return nanoseconds;
}

function readTimestamp(text: string): bigint | undefined {
  if (/^\d{9,20}$/.test(text)) return BigInt(text);
  try {
    if (DATE.test(text)) return Temporal.Instant.from(`${text}T00:00Z`).epochNanoseconds;
    const match = PARTIAL.exec(text.replace(' ', 'T'));
    if (!match) return undefined;
    const [, hour, minute = ':00', second = '', offset = 'Z'] = match;
    return Temporal.Instant.from(`${hour}${minute}${second}${offset}`).epochNanoseconds;
  } catch {
    return undefined;
  }
}

const STEPS: readonly [RegExp, bigint][] = [
  [DATE, 86_400n],
  [/^\d{4}-\d{2}-\d{2}[T ]\d{2}(Z|[+-]\d{2}:?\d{2})?$/, 3_600n],
  [/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(Z|[+-]\d{2}:?\d{2})?$/, 60n],
  [/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(Z|[+-]\d{2}:?\d{2})?$/, 1n],
];

/**
 * The exclusive end that Databento assumes when only `start` is given: one unit of its resolution,
 * so `2024-07-01` lasts a day and `2024-07-01T12` an hour. Undefined for finer times.
 */
export function impliedEnd(start: string): bigint | undefined {
  const text = start.trim();
  const step = STEPS.find(([form]) => form.test(text));
  return step && parseTimestamp(text) + step[1] * 1_000_000_000n;
}

/** Nanoseconds of one UTC day. */
export const DAY_NS = 86_400_000_000_000n;

/** The UTC date of a time, `YYYY-MM-DD`. */
export function utcDate(nanoseconds: bigint): string {
  return Temporal.Instant.fromEpochNanoseconds(nanoseconds).toString().slice(0, 10);
}
