/** Exact values of literals, from their source text. */

const SCALE_DIGITS = 9;

/** Units of 1e-9 of decimal text such as `0.25` or `1e-3`. @throws RangeError if more than nine decimals are needed. */
export function parseDecimal(text: string): bigint {
  const match = /^(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text);
  if (!match) throw new RangeError(`'${text}' is not a decimal number`);
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const shift = SCALE_DIGITS + Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction);
  if (shift >= 0) return digits * 10n ** BigInt(shift);
  const divisor = 10n ** BigInt(-shift);
  if (digits % divisor !== 0n) throw new RangeError(`'${text}' has more than nine decimals`);
  return digits / divisor;
}

const UNIT: Readonly<Record<string, bigint>> = {
  d: 86_400_000_000_000n,
  h: 3_600_000_000_000n,
  m: 60_000_000_000n,
  s: 1_000_000_000n,
  ms: 1_000_000n,
  us: 1_000n,
  ns: 1n,
};

/** Nanoseconds of `5s`, `1h30m`, `-250ms`, `1.5s`; a day `d` is 24 hours. @throws RangeError */
export function parseDuration(text: string): bigint {
  const refuse = (): RangeError =>
    new RangeError(
      `'${text}' is not a duration: write 5s, 1h30m or 250ms (d, h, m, s, ms, us, ns)`,
    );
  const match = /^(-?)((?:\d+(?:\.\d+)?(?:ms|us|ns|[dhms]))+)$/.exec(text);
  if (!match) throw refuse();
  let total = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of match[2]!.matchAll(
    /(\d+)(?:\.(\d+))?(ms|us|ns|[dhms])/g,
  )) {
    const scaled = BigInt(whole + fraction) * UNIT[unit]!;
    const divisor = 10n ** BigInt(fraction.length);
    if (scaled % divisor !== 0n) throw new RangeError(`'${text}' is finer than a nanosecond`);
    total += scaled / divisor;
  }
  if (total >= 2n ** 63n) throw refuse();
  return match[1] === '-' ? -total : total;
}

/** Days since 1970-01-01 of `2024-07-04`. @throws RangeError */
export function parseDate(text: string): bigint {
  const refuse = (cause?: unknown): RangeError =>
    new RangeError(`'${text}' is not a date: write 2024-07-04`, { cause });
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) throw refuse();
  try {
    const days = Temporal.PlainDate.from('1970-01-01').until(Temporal.PlainDate.from(text)).days;
    return BigInt(days);
  } catch (error) {
    throw refuse(error);
  }
}
