import { expect, it } from '@jest/globals';
import { SCHEMAS } from '@tapeline/records';
import { at } from './collect-records.js';
import { frameRecords } from './frame-records.js';
import type { RecordPart } from './market-source.js';

const part = (start: string, count: number, fill: number): RecordPart => ({
  bytes: new Uint8Array(count * 48).fill(fill),
  count,
  start: at(start),
});

async function sizes(parts: RecordPart[], schema = SCHEMAS.trades, limit = Infinity) {
  async function* source() {
    yield* parts;
  }
  const frames: number[] = [];
  for await (const frame of frameRecords(source(), schema, limit)) frames.push(frame.length / 48);
  return frames;
}

it('begins a frame with each day of ticks, each year of long bars', async () => {
  const parts = [
    part('2024-07-01T10:00Z', 2, 1),
    part('2024-07-01T11:00Z', 3, 2),
    part('2024-07-02T00:00Z', 4, 3),
    part('2025-01-01T00:00Z', 1, 4),
  ];
  expect(await sizes(parts)).toEqual([5, 4, 1]);
  expect(await sizes(parts, SCHEMAS['ohlcv-1d'])).toEqual([9, 1]);
  expect(await sizes([])).toEqual([]);
});

it('cuts a day that becomes too large', async () => {
  const parts = Array.from({ length: 5 }, () => part('2024-07-01T10:00Z', 40_000, 1));
  expect(await sizes(parts)).toEqual([80_000, 80_000, 40_000]);
});

it('ends with the limit, and asks for no more', async () => {
  let asked = 0;
  async function* endless() {
    for (;;) {
      asked += 1;
      yield part('2024-07-01T10:00Z', 10, asked);
    }
  }
  const frames: Uint8Array[] = [];
  for await (const frame of frameRecords(endless(), SCHEMAS.trades, 25)) frames.push(frame);
  expect(Buffer.concat(frames)).toHaveLength(25 * 48);
  expect(asked).toBe(3);
});
