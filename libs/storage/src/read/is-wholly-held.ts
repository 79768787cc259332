import type { Storage } from '../storage.js';
import { missingParts } from './held-ranges.js';
import type { RangeQuery } from './open-answer.js';
import { resolveSymbols } from './resolve-symbols.js';

/** Whether nothing of a range is missing: no symbol, no day, no time. */
export async function isWhollyHeld(
  { pool }: Pick<Storage, 'pool'>,
  query: RangeQuery,
): Promise<boolean> {
  const resolution = await resolveSymbols(pool, query);
  if (resolution.unknown.length > 0) return false;
  return (await missingParts(pool, query, resolution, 1)).length === 0;
}
