import { expect, it } from '@jest/globals';
import { DatabentoError } from './databento-error.js';
import { FakeClock } from './fake-clock.js';
import { DEFAULT_RETRY, withRetry } from './retry.js';
import type { RetryReport } from './retry.js';

const failing = (details: { retryable?: boolean; retryAfterMs?: number } = {}) =>
  new DatabentoError('no', { status: 503, retryable: true, ...details });

const context = (random = 0.5) => ({
  options: { ...DEFAULT_RETRY, attempts: 9, baseMs: 100, capMs: 1_000 },
  clock: new FakeClock(),
  signal: undefined,
  random: () => random,
});

const always = (error: Error) => async (): Promise<never> => {
  throw error;
};

it('waits a random part of a doubling ceiling', async () => {
  for (const part of [0, 0.5, 0.999]) {
    const given = context(part);
    await expect(withRetry(given, always(failing()))).rejects.toThrow('no');
    const ceilings = [100, 200, 400, 800, 1_000, 1_000, 1_000, 1_000];
    expect(given.clock.slept).toEqual(ceilings.map((ceiling) => part * ceiling));
  }
});

it('waits as long as the server asks, and a little', async () => {
  const given = context();
  const reports: RetryReport[] = [];
  const error = failing({ retryAfterMs: 7_000 });
  let calls = 0;
  const result = await withRetry(
    { ...given, onRetry: (report) => reports.push(report) },
    async () => {
      calls += 1;
      if (calls < 3) throw error;
      return calls;
    },
  );
  expect(result).toBe(3);
  expect(given.clock.slept).toEqual([7_050, 7_100]);
  expect(reports).toEqual([
    { error, failures: 1, waitMs: 7_050 },
    { error, failures: 2, waitMs: 7_100 },
  ]);
});

it('does not wait for a server that asks for too much', async () => {
  const given = context();
  const error = failing({ retryAfterMs: DEFAULT_RETRY.maxRetryAfterMs + 1 });
  await expect(withRetry(given, always(error))).rejects.toBe(error);
  expect(given.clock.slept).toEqual([]);
});

it('gives up at once where another call cannot help', async () => {
  const given = context();
  await expect(withRetry(given, always(failing({ retryable: false })))).rejects.toThrow('no');
  await expect(withRetry(given, always(new TypeError('a bug')))).rejects.toThrow('a bug');
  expect(given.clock.slept).toEqual([]);
});

it('counts failures anew after progress', async () => {
  const given = context(0);
  let calls = 0;
  const work = withRetry(given, async ({ progressed }) => {
    calls += 1;
    if (calls === 5) progressed();
    throw failing();
  });
  await expect(work).rejects.toThrow('no');
  expect(calls).toBe(4 + 9);
});

it('stops while it waits', async () => {
  const clock = new FakeClock('manual');
  const stop = new AbortController();
  const call = withRetry({ ...context(), clock, signal: stop.signal }, always(failing()));
  const outcome = Promise.allSettled([call]);
  await clock.advance(10);
  stop.abort(new Error('enough'));
  await outcome;
  await expect(call).rejects.toThrow('enough');
  expect(clock.slept).toEqual([50]);
});
