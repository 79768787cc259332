import { expect, it } from '@jest/globals';
import { RestartChunkError, ShortSourceError } from './receive-chunk.js';
import {
  ALL,
  answer,
  broken,
  MemorySpool,
  receiver,
  STRIDE,
  TIMES,
  trades,
  wholeLength,
} from './receive-fixture.js';
import type { Cut } from './receive-fixture.js';

it('takes an answer that comes whole, and asks once', async () => {
  const { receive, asked, reports, spool } = receiver();
  expect((await receive()).equals(ALL)).toBe(true);
  expect(asked).toEqual([{ start: '0' }]);
  expect(reports).toEqual([
    { part: 0, records: TIMES.length, bytes: ALL.length, repeated: 0, isCut: false },
  ]);
  expect([spool.held.length, spool.open]).toEqual([1, 0]);
});

it.each([
  ['a broken connection', broken, 1],
  ['a clean end', () => undefined, 4],
])('gives every record once, cut at any byte by %s', async (_, error, step) => {
  let repeated = 0;
  const failures: string[] = [];
  for (let length = 1; length < wholeLength; length += step) {
    const thrown = error();
    const cut: Cut = (bytes, ask) =>
      ask === 1
        ? { bytes: bytes.subarray(0, length), ...(thrown && { error: thrown }) }
        : { bytes };
    const { receive, asked, reports, spool } = receiver({ cut });
    const outcome = await receive().catch((error: Error) => error);
    expect(spool.open).toBe(0);
    // Before the metadata are whole there is nothing to go on with: the job asks again.
    if (outcome instanceof Error) failures.push(outcome.message);
    if (outcome instanceof Error) continue;
    const received = outcome;
    expect([length, received.equals(ALL)]).toEqual([length, true]);
    const total = reports.reduce((sum, { records }) => sum + records, 0);
    const twice = reports.reduce((sum, part) => sum + part.repeated, 0);
    expect(total - twice).toBe(TIMES.length);
    // Nothing comes twice but the records at the time from which it went on.
    expect(twice).toBeLessThanOrEqual(5);
    // All records are there before the last checksum is.
    expect(asked.length).toBe(length < wholeLength - 4 ? 2 : 1);
    repeated += twice;
  }
  expect(repeated).toBeGreaterThan(0);
  expect(failures.length).toBeLessThan(wholeLength / 4);
  expect(failures.filter((message) => !/broke off|ends after|inside/.test(message))).toEqual([]);
});

it('goes on where a killed process stopped, wherever that was', async () => {
  for (let length = 1; length < wholeLength; length += 3) {
    const spool = new MemorySpool();
    const whole = await answer(trades, 0n);
    const writer = await spool.begin();
    await writer.write(whole.subarray(0, length));
    const { receive, asked } = receiver({ spool: spool.reopen() });
    expect([length, (await receive()).equals(ALL)]).toEqual([length, true]);
    expect(asked.length).toBeLessThanOrEqual(1);
    const again = receiver({ spool: spool.reopen() });
    expect((await again.receive()).equals(ALL)).toBe(true);
    expect(again.asked).toEqual([]);
  }
});

it('goes on after several cuts and several deaths, and asks each time only for the rest', async () => {
  const spool = new MemorySpool();
  const half: Cut = (bytes) => ({ bytes: bytes.subarray(0, bytes.length - 60), error: broken() });
  const starts: string[] = [];
  for (const most of [1, 8, 15, 22]) {
    const attempt = receiver({ spool: spool.reopen(), cut: half });
    await attempt.receive(most).catch(() => undefined);
    starts.push(...attempt.asked.map(({ start }) => start));
  }
  const last = receiver({ spool: spool.reopen() });
  expect((await last.receive()).equals(ALL)).toBe(true);
  expect(starts.map(Number)).toEqual(starts.map(Number).toSorted((a, b) => a - b));
});

it('asks for what a limit leaves', async () => {
  const cut: Cut = (bytes, ask) =>
    ask === 1 ? { bytes: bytes.subarray(0, bytes.length - 100), error: broken() } : { bytes };
  const { receive, asked } = receiver({ cut, limit: 20, expected: 20 });
  expect((await receive()).equals(ALL.subarray(0, 20 * STRIDE))).toBe(true);
  const [, second] = asked;
  const before = TIMES.filter((time) => time < Number(second!.start)).length;
  expect(second!.limit).toBe(20 - before);
});

it('gives up for now when cuts bring nothing new, and keeps what it has', async () => {
  const cut: Cut = (bytes, ask) => ({
    bytes: ask === 1 ? bytes.subarray(0, bytes.length - 60) : bytes.subarray(0, 250),
    error: broken(),
  });
  const { receive, asked, spool } = receiver({ cut });
  await expect(receive()).rejects.toThrow('broke off');
  expect(asked.length).toBeLessThan(10);
  expect((await receiver({ spool: spool.reopen() }).receive()).equals(ALL)).toBe(true);
});

it('does not take a source at its word that is shorter than announced', async () => {
  const short = receiver({ expected: 30, count: 30 });
  await expect(short.receive()).rejects.toThrow(ShortSourceError);
  expect(short.asked.length).toBe(4);
  const changed = receiver({ expected: 30, count: TIMES.length });
  expect((await changed.receive()).equals(ALL)).toBe(true);
  const unknown = receiver({ expected: null });
  expect((await unknown.receive()).equals(ALL)).toBe(true);
  expect(unknown.asked).toHaveLength(1);
});

it('begins anew where times go back, or other records come', async () => {
  const unordered = trades.take(Uint32Array.from(TIMES.keys()));
  unordered.indexTimestamps()[3] = 1n;
  const cut: Cut = (bytes, ask) =>
    ask === 1 ? { bytes: bytes.subarray(0, bytes.length - 60), error: broken() } : { bytes };
  const back = receiver({ batch: unordered, cut });
  await expect(back.receive()).rejects.toThrow(RestartChunkError);
  expect(back.spool.discarded).toBe(1);
  expect((await receiver({ batch: unordered }).receive()).length).toBe(ALL.length);

  const spool = new MemorySpool();
  const writer = await spool.begin();
  await writer.write((await answer(trades, 0n)).subarray(0, wholeLength - 60));
  const other = trades.slice(0, 10);
  const changed = receiver({ spool: spool.reopen(), batch: other, expected: 26 });
  await expect(changed.receive()).rejects.toThrow(/begins anew|truncated|says that it has/);
});

it('forgets what is corrupt', async () => {
  const spool = new MemorySpool();
  const bytes = await answer(trades, 0n);
  bytes[bytes.length - 20]! ^= 0xff;
  const writer = await spool.begin();
  await writer.write(bytes);
  await expect(receiver({ spool: spool.reopen() }).receive()).rejects.toThrow(
    'Data corruption detected',
  );
  expect(spool.discarded).toBe(1);
  expect((await receiver({ spool: spool.reopen() }).receive()).equals(ALL)).toBe(true);
});

it('keeps what was received when its taker stops', async () => {
  const { receive, spool } = receiver();
  await receive(1);
  expect(spool.open).toBe(0);
  const later = receiver({ spool: spool.reopen() });
  expect((await later.receive()).equals(ALL)).toBe(true);
});
