import type { HistoricalClient } from '@tapeline/databento';
import type { PlannedChunk } from './plan-chunks.js';
import { rangeRequest } from './range-request.js';
import { isUnresolvable } from './resolve-symbols.js';

/** Counting is free but limited to 20 requests a second; longer jobs go without. */
const MOST_CHUNKS = 100;
const AT_A_TIME = 4;

/**
 * How many records the source has for each chunk, for progress only; null where it was not asked. What
 * counts is what is fetched.
 */
export async function expectedCounts(
  client: HistoricalClient,
  chunks: readonly PlannedChunk[],
): Promise<(number | null)[]> {
  if (chunks.length > MOST_CHUNKS) return chunks.map(() => null);
  const counts: (number | null)[] = [];
  for (let at = 0; at < chunks.length; at += AT_A_TIME) {
    const page = chunks.slice(at, at + AT_A_TIME);
    counts.push(...(await Promise.all(page.map((chunk) => countRecords(client, chunk)))));
  }
  return counts;
}

async function countRecords(
  client: HistoricalClient,
  { request }: PlannedChunk,
): Promise<number | null> {
  try {
    return await client.getRecordCount(rangeRequest(request));
  } catch (error) {
    if (isUnresolvable(error)) return 0;
    throw error;
  }
}
