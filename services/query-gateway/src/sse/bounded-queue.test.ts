import { expect, it } from '@jest/globals';
import { BoundedQueue } from './bounded-queue.js';

const item = (name: string) => ({ name, records: 10 });

it('keeps what fits, and tells in its place how much did not', async () => {
  const queue = new BoundedQueue<ReturnType<typeof item>>(2);
  for (const name of ['a', 'b', 'c', 'd']) queue.push(item(name));
  expect(await queue.next()).toEqual({ item: item('a') });
  // There is room again, but what was missed comes first.
  queue.push(item('e'));
  expect(await queue.next()).toEqual({ item: item('b') });
  expect(await queue.next()).toEqual({ missed: { batches: 3, records: 30 } });
  queue.push(item('f'));
  expect(await queue.next()).toEqual({ item: item('f') });
});

it('waits for what comes, and ends when it is closed, whatever is left', async () => {
  const queue = new BoundedQueue<ReturnType<typeof item>>(2);
  const next = queue.next();
  queue.push(item('a'));
  expect(await next).toEqual({ item: item('a') });
  const last = queue.next();
  queue.close();
  expect(await last).toBeUndefined();
  queue.push(item('b'));
  expect(await queue.next()).toBeUndefined();
});
