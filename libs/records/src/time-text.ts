import { EXACT_HIGH, remainingNanoseconds, wholeMicroseconds } from './timestamp-parts.js';
import { DAY_NS, formatTimestamp, utcDate } from './units.js';

const DAY_US = 86_400_000_000;
const DATE_LENGTH = 10;
const [ZERO, COLON, POINT, T, Z] = Buffer.from('0:.TZ') as unknown as [
  number,
  number,
  number,
  number,
  number,
];

let knownDay = Number.NaN;
let knownDate: Uint8Array = new Uint8Array(DATE_LENGTH);

/** `2024-07-01T13:30:00.000000001Z` of nanoseconds since 1970, given as words. @returns where its text ends. */
export function writeTimestamp(out: Uint8Array, at: number, low: number, high: number): number {
  if (high >= EXACT_HIGH) {
    const text = formatTimestamp((BigInt(high) << 32n) | BigInt(low));
    return at + Buffer.from(out.buffer, out.byteOffset, out.length).write(text, at, 'latin1');
  }
  const microseconds = wholeMicroseconds(low, high);
  const day = Math.floor(microseconds / DAY_US);
  if (day !== knownDay) {
    knownDate = Buffer.from(utcDate(BigInt(day) * DAY_NS));
    knownDay = day;
  }
  for (let index = 0; index < DATE_LENGTH; index++) out[at + index] = knownDate[index]!;
  const ofDay = microseconds - day * DAY_US;
  const seconds = Math.floor(ofDay / 1_000_000);
  const minutes = Math.floor(seconds / 60);
  let end = at + DATE_LENGTH;
  out[end] = T;
  end = digits(out, end + 1, Math.floor(minutes / 60), 2);
  out[end] = COLON;
  end = digits(out, end + 1, minutes % 60, 2);
  out[end] = COLON;
  end = digits(out, end + 1, seconds % 60, 2);
  out[end] = POINT;
  end = digits(out, end + 1, ofDay - seconds * 1_000_000, 6);
  end = digits(out, end, remainingNanoseconds(low, high), 3);
  out[end] = Z;
  return end + 1;
}

function digits(out: Uint8Array, at: number, value: number, count: number): number {
  let rest = value;
  for (let place = count - 1; place >= 0; place--) {
    const next = Math.floor(rest / 10);
    out[at + place] = ZERO + rest - next * 10;
    rest = next;
  }
  return at + count;
}
