import type { ChunkCheckOf } from '@tapeline/rules';
import { EVERY_INSTRUMENT } from '../planning/coverage-claim.js';
import { NOTHING_FOUND } from './finding.js';
import type { CheckedChunk } from './checked-chunk.js';
import type { Found } from './finding.js';
import { formatShare } from './format-values.js';

/** Records received against the count that the source gave for the chunk's request before it was fetched. */
export function checkCount(chunk: CheckedChunk, check: ChunkCheckOf<'count_expected'>): Found {
  const { expected, received } = chunk;
  if (expected === null || received === null) return NOTHING_FOUND;
  const difference = received > expected ? received - expected : expected - received;
  const { numerator, denominator } = check.tolerance;
  if (difference * denominator <= expected * numerator) return NOTHING_FOUND;
  const share = formatShare(difference, expected);
  const finding = {
    instrumentId: EVERY_INSTRUMENT,
    start: chunk.start,
    end: chunk.end,
    message: `${received} records came of the ${expected} that the source had announced: ${difference} too ${received > expected ? 'many' : 'few'}${share === undefined ? '' : `, ${share}`}`,
    details: { expected: String(expected), received: String(received) },
  };
  return { findings: [finding], total: 1 };
}
