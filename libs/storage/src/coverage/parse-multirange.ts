const RANGE = /\[(-?\d+),(-?\d+)\)/g;

/** The ranges of an int4multirange or int8multirange in PostgreSQL's text form; null has none. */
export function parseMultirange(text: string | null): { start: bigint; end: bigint }[] {
  return Array.from((text ?? '').matchAll(RANGE), ([, start, end]) => ({
    start: BigInt(start!),
    end: BigInt(end!),
  }));
}
