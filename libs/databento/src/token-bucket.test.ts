import { expect, it } from '@jest/globals';
import { FakeClock, settled } from './fake-clock.js';
import { RateLimiter } from './rate-limits.js';
import { TokenBucket } from './token-bucket.js';

const filled = (calls: number, perMs: number) => {
  const clock = new FakeClock('manual');
  return { clock, bucket: new TokenBucket({ calls, perMs }, clock) };
};

it('lets no window see more calls than allowed', async () => {
  const { clock, bucket } = filled(3, 1_000);
  const times: number[] = [];
  const call = async () => {
    await bucket.take();
    times.push(clock.monotonic());
  };
  const first = call();
  await clock.advance(900);
  const others = Array.from({ length: 8 }, call);
  await clock.advance(10_000);
  await Promise.all([first, ...others]);
  expect(times).toEqual([0, 900, 900, 1_000, 1_900, 1_900, 2_000, 2_900, 2_900]);
  for (let at = 3; at < times.length; at++) {
    expect(times[at]! - times[at - 3]!).toBeGreaterThanOrEqual(1_000);
  }
});

it('serves in the order of asking, and forgets those who leave', async () => {
  const { clock, bucket } = filled(1, 1_000);
  const served: string[] = [];
  const call = async (name: string, signal?: AbortSignal) => {
    await bucket.take(signal);
    served.push(`${name} at ${clock.monotonic()}`);
  };
  const stop = new AbortController();
  const calls = [call('a'), call('b', stop.signal), call('c', stop.signal), call('d'), call('e')];
  const outcome = Promise.allSettled(calls);
  await clock.advance(500);
  // b sleeps and c stands in the queue.
  stop.abort(new Error('enough'));
  await clock.advance(10_000);
  expect((await outcome).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'rejected',
    'fulfilled',
    'fulfilled',
  ]);
  await expect(calls[2]).rejects.toThrow('enough');
  expect(served).toEqual(['a at 0', 'd at 1000', 'e at 2000']);
  await expect(bucket.take(stop.signal)).rejects.toThrow('enough');
});

it('rests when the server says so', async () => {
  const { clock, bucket } = filled(5, 1_000);
  bucket.close(3_000);
  bucket.close(1_000);
  let isServed = false;
  const call = bucket.take().then(() => (isServed = true));
  await clock.advance(2_999);
  await settled();
  expect(isServed).toBe(false);
  await clock.advance(1);
  await call;
  expect(clock.monotonic()).toBe(3_000);
});

it('refuses limits that let nobody pass', () => {
  expect(() => filled(0, 1_000)).toThrow(RangeError);
  expect(() => filled(1, 0)).toThrow(RangeError);
});

it.each([
  ['timeseries.get_range', 100, 1_000],
  ['symbology.resolve', 100, 1_000],
  ['metadata.get_cost', 20, 1_000],
  ['batch.list_jobs', 20, 1_000],
  ['batch.submit_job', 20, 60_000],
])('%s: %i calls in %i ms', async (method, calls, perMs) => {
  const clock = new FakeClock();
  const limiter = new RateLimiter({}, clock);
  for (let call = 0; call < calls; call++) await limiter.take(method);
  expect(clock.monotonic()).toBe(0);
  await limiter.take(method);
  expect(clock.monotonic()).toBe(perMs);
});

it('counts kinds of calls apart, and downloads not at all', async () => {
  const clock = new FakeClock();
  const limiter = new RateLimiter({ metadata: { calls: 1, perMs: 5_000 } }, clock);
  await limiter.take('metadata.get_cost');
  await limiter.take('symbology.resolve');
  limiter.close('batch.download', 5_000);
  for (let call = 0; call < 200; call++) await limiter.take('batch.download');
  expect(clock.monotonic()).toBe(0);
  await limiter.take('metadata.list_schemas');
  expect(clock.monotonic()).toBe(5_000);
});
