import { expect, it } from '@jest/globals';
import { settled } from './fake-clock.js';
import { forEachBounded } from './for-each-bounded.js';

/** Work that ends when told. */
function startWork(parallel: number, signal?: AbortSignal) {
  const open = new Map<number, PromiseWithResolvers<string>>();
  const stopped: number[] = [];
  const results = forEachBounded(
    [0, 1, 2, 3, 4],
    parallel,
    (item, stop) => {
      const work = Promise.withResolvers<string>();
      open.set(item, work);
      stop.addEventListener('abort', () => {
        stopped.push(item);
        work.reject(stop.reason);
      });
      return work.promise.finally(() => open.delete(item));
    },
    signal,
  );
  return { open, stopped, results };
}

it('works on as many items at a time as allowed, in their order', async () => {
  const { open, results } = startWork(2);
  const seen: number[][] = [];
  for (const item of [1, 0, 2, 4, 3]) {
    seen.push([...open.keys()]);
    open.get(item)?.resolve(`done ${item}`);
    await settled();
  }
  expect(seen).toEqual([[0, 1], [0, 2], [2, 3], [3, 4], [3]]);
  expect(await results).toEqual(['done 0', 'done 1', 'done 2', 'done 3', 'done 4']);
});

it('stops the others at the first failure', async () => {
  const { open, stopped, results } = startWork(3);
  open.get(1)?.reject(new Error('no'));
  await expect(results).rejects.toThrow('no');
  expect(stopped).toContain(0);
  expect(stopped).toContain(2);
  expect(open.size).toBe(0);
});

it('stops with the caller', async () => {
  const stop = new AbortController();
  const { open, results } = startWork(3, stop.signal);
  stop.abort(new Error('enough'));
  await expect(results).rejects.toThrow('enough');
  expect(open.size).toBe(0);
});

it('needs at least one at a time', async () => {
  await expect(startWork(0).results).rejects.toThrow(RangeError);
  expect(await forEachBounded([], 3, () => Promise.resolve(1))).toEqual([]);
});
