/** Exact values for people. */
import { formatPrice, formatTimestamp } from '@tapeline/records';
import type { ColumnDescription } from '@tapeline/records';

const UNITS: readonly (readonly [string, bigint])[] = [
  ['d', 86_400_000_000_000n],
  ['h', 3_600_000_000_000n],
  ['m', 60_000_000_000n],
];
const SECOND = 1_000_000_000n;

/** Nanoseconds as `1h 30m 0.25s`, exact. */
export function formatDuration(nanoseconds: bigint): string {
  let left = nanoseconds;
  const parts: string[] = [];
  for (const [unit, length] of UNITS) {
    if (left >= length) parts.push(`${left / length}${unit}`);
    left %= length;
  }
  const fraction = String(left % SECOND)
    .padStart(9, '0')
    .replace(/0+$/, '');
  if (left > 0n || parts.length === 0) {
    parts.push(`${left / SECOND}${fraction === '' ? '' : `.${fraction}`}s`);
  }
  return parts.join(' ');
}

/** `part` of `whole` in percent with two decimals, cut; undefined of nothing. */
export function formatShare(part: bigint, whole: bigint): string | undefined {
  const absolute = (value: bigint): bigint => (value < 0n ? -value : value);
  if (whole === 0n) return undefined;
  const hundredths = (absolute(part) * 10_000n) / absolute(whole);
  return `${hundredths / 100n}.${String(hundredths % 100n).padStart(2, '0')} %`;
}

/** A price of 1e-9 units without the zeros at its end: `3720.25`. */
export const shortPrice = (units: bigint): string => formatPrice(units).replace(/\.?0+$/, '');

/** A column's value as a person writes it; `null` where it is unset. */
export function showValue({ type }: ColumnDescription, text: string | null): string {
  if (text === null) return 'null';
  if (type === 'price') return shortPrice(BigInt(text));
  if (type === 'timestamp') return formatTimestamp(BigInt(text));
  return text;
}
