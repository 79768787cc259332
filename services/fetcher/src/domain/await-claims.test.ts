import { expect, it } from '@jest/globals';
import type { CoverageClaim } from '@tapeline/storage';
import { awaitClaims, UndecidedRangeError } from './await-claims.js';
import { sampleClaim } from './sample-claim.js';

const claim = (more: Partial<CoverageClaim>): CoverageClaim =>
  sampleClaim(1, 0n, 10n, { chunkId: 'c', chunkState: 'planned', mayStopEarly: true, ...more });

it.each([
  [{}, 'waiting for it'],
  [{ chunkState: 'failed' as const }, 'send its job again first'],
])('refuses to plan against %j', (more, message) => {
  expect(() => awaitClaims([claim(more)])).toThrow(UndecidedRangeError);
  expect(() => awaitClaims([claim(more)])).toThrow(message);
});

it.each([
  { mayStopEarly: false },
  { chunkState: 'fetched' as const },
  { chunkState: 'complete' as const },
])('plans against %j', (more) => {
  expect(() => awaitClaims([claim(more)])).not.toThrow();
});
