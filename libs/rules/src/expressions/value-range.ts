/** The least and greatest of many values: where both compare alike with a literal, all do. */
export interface ValueRange {
  readonly least: number;
  readonly most: number;
}

type Values = Uint8Array | Uint16Array | Int32Array | Uint32Array | Float64Array;

/** Of the first `length` values. */
export function rangeOfValues(data: Values, length: number): ValueRange {
  let least = Infinity;
  let most = -Infinity;
  for (let row = 0; row < length; row++) {
    const value = data[row]!;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return { least, most };
}

/** Of the high words of 64-bit values. */
export function rangeOfHighs(high: Int32Array | Uint32Array, length: number): ValueRange {
  let least = 0xffff_ffff;
  let most = -0x8000_0000;
  for (let row = 1; row < 2 * length; row += 2) {
    const value = high[row]!;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return { least, most };
}

/** Which bytes occur: 1 at their place. */
export function bytesIn(data: Uint8Array, length: number): Uint8Array {
  const seen = new Uint8Array(256);
  for (let row = 0; row < length; row++) seen[data[row]!] = 1;
  return seen;
}
