import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import type { Storage } from '@tapeline/storage';
import { createLogger } from '@tapeline/telemetry';
import { Retention } from './retention.js';
import type { KeptDays } from './retention.js';

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

const publisher = { publishEvent: () => Promise.resolve() };
const retentionOf = (days: KeptDays): Retention => new Retention(storage, publisher, days, logger);

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
  const retention = retentionOf({ resolved: 30, records: 0 });
  retention.onApplicationBootstrap();
  expect(asked).toEqual([30]);
  jest.advanceTimersByTime(2 * DAY_MS);
  expect(asked).toEqual([30, 30, 30]);
  retention.onApplicationShutdown();
  jest.advanceTimersByTime(5 * DAY_MS);
  expect(asked).toHaveLength(3);
});

it('deletes nothing unless it is told how long to keep', () => {
  const retention = retentionOf({ resolved: 0, records: 0 });
  retention.onApplicationBootstrap();
  jest.advanceTimersByTime(5 * DAY_MS);
  expect(asked).toEqual([]);
});

it('survives a database that is away, and says so', async () => {
  failure = new Error('away');
  const warned = new Promise((resolve) => {
    jest.spyOn(logger, 'warn').mockImplementation(resolve);
  });
  const retention = retentionOf({ resolved: 30, records: 0 });
  retention.onApplicationBootstrap();
  expect(await warned).toEqual({ err: failure });
  jest.advanceTimersByTime(DAY_MS);
  expect(asked).toHaveLength(2);
  retention.onApplicationShutdown();
});
