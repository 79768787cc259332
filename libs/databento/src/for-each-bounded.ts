/**
 * Works on several items at a time; results in the order of the items. The first failure aborts the
 * signal of the others, and is thrown once they have ended.
 */
export async function forEachBounded<Item, Result>(
  items: readonly Item[],
  parallel: number,
  work: (item: Item, signal: AbortSignal) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result[]> {
  if (!(Number.isInteger(parallel) && parallel > 0)) {
    throw new RangeError(`${parallel} at a time is not possible: give a positive integer`);
  }
  const failure = new AbortController();
  const stop = signal ? AbortSignal.any([signal, failure.signal]) : failure.signal;
  const results: Result[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (stop.aborted) break;
      results[index] = await work(item, stop);
    }
  };
  const guarded = Array.from({ length: Math.min(parallel, items.length) }, async () => {
    try {
      await worker();
    } catch (error) {
      failure.abort(error);
    }
  });
  await Promise.all(guarded);
  stop.throwIfAborted();
  return results;
}
