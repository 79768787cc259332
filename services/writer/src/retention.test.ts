import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import type { Storage } from '@tapeline/storage';
import { createLogger } from '@tapeline/telemetry';
import { Retention } from './retention.js';

const DAY_MS = 86_400_000;

let asked: unknown[];
let failure: Error | undefined;
const storage = {
  pool: {
    query: (_: string, [days]: unknown[]) => {
      asked.push(days);
      return failure ? Promise.reject(failure) : Promise.resolve({ rows: [{ count: '0' }] });
    },
  },
} as unknown as Storage;
const logger = createLogger('writer', 'silent');

beforeEach(() => {
  asked = [];
  failure = undefined;
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

it('deletes at start and once a day until it is stopped', () => {
  const retention = new Retention(storage, 30, logger);
  retention.onApplicationBootstrap();
  expect(asked).toEqual([30]);
  jest.advanceTimersByTime(2 * DAY_MS);
  expect(asked).toEqual([30, 30, 30]);
  retention.onApplicationShutdown();
  jest.advanceTimersByTime(5 * DAY_MS);
  expect(asked).toHaveLength(3);
});

it('deletes nothing unless it is told how long to keep', () => {
  const retention = new Retention(storage, 0, logger);
  retention.onApplicationBootstrap();
  jest.advanceTimersByTime(5 * DAY_MS);
  expect(asked).toEqual([]);
});

it('survives a database that is away, and says so', async () => {
  failure = new Error('away');
  const warned = new Promise((resolve) => {
    jest.spyOn(logger, 'warn').mockImplementation(resolve);
  });
  const retention = new Retention(storage, 30, logger);
  retention.onApplicationBootstrap();
  expect(await warned).toEqual({ err: failure });
  jest.advanceTimersByTime(DAY_MS);
  expect(asked).toHaveLength(2);
  retention.onApplicationShutdown();
});
