import { appliesTo } from '@tapeline/rules';
import type { ChunkCheck } from '@tapeline/rules';
import type { PoolClient } from 'pg';
import { EVERY_INSTRUMENT } from '../planning/coverage-claim.js';
import type { Storage } from '../storage.js';
import { checkBars } from './check-bars.js';
import { checkCount } from './check-count.js';
import { checkDuplicates } from './check-duplicates.js';
import { checkGaps } from './check-gaps.js';
import { checkMonotonic } from './check-monotonic.js';
import { checkPriceJumps } from './check-price-jumps.js';
import { checkSettlements } from './check-settlements.js';
import { readCheckedChunk } from './checked-chunk.js';
import type { CheckedChunk } from './checked-chunk.js';
import { NOTHING_FOUND } from './finding.js';
import type { CheckRun, Finding, Found, OpenIntervals } from './finding.js';

/**
 * Runs checks over the rows of a complete chunk, and keeps what they find in the place of what they found there
 * before, in one transaction. Runs of one chunk wait for each other.
 * @param checks each applies to the chunk's schema ({@link appliesTo}).
 * @throws RangeError if one does not, Error if the chunk is not complete, or the database's error; the former
 *   findings stay then.
 */
export async function runChunkChecks(
  storage: Storage,
  chunkId: string,
  checks: readonly ChunkCheck[],
  given: { readonly rulesVersion: string; readonly openIntervals?: OpenIntervals | undefined },
): Promise<Finding[]> {
  return storage.transaction(async (client) => {
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `findings ${chunkId}`,
    ]);
    // Sorts of a chunk's rows want memory, and compiling a statement takes longer than it saves.
    await client.query("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off");
    const chunk = await readCheckedChunk(client, chunkId);
    const run: CheckRun = { client, chunk, openIntervals: given.openIntervals };
    const findings: Finding[] = [];
    for (const check of checks) {
      if (!appliesTo(check.check, chunk.schema.name)) {
        throw new RangeError(`check ${check.check} has nothing to look at in ${chunk.schema.name}`);
      }
      findings.push(...asFindings(check, chunk, await runCheck(run, check)));
    }
    await keepFindings(client, chunk, findings, given.rulesVersion);
    return findings;
  });
}

async function runCheck(run: CheckRun, check: ChunkCheck): Promise<Found> {
  if (check.check === 'count_expected') return checkCount(run.chunk, check);
  // Another chunk has replaced all of it.
  if (run.chunk.claims.length === 0) return NOTHING_FOUND;
  switch (check.check) {
    case 'monotonic':
      return checkMonotonic(run);
    case 'duplicates':
      return checkDuplicates(run, check);
    case 'gaps':
      return checkGaps(run, check);
    case 'price_jump':
      return checkPriceJumps(run, check);
    case 'bars_agree':
      return checkBars(run, check);
    case 'settlement_agrees':
      return checkSettlements(run, check);
  }
}

/** Of several at one time of an instrument the first is kept; a last one counts all that are not. */
function asFindings(
  { check, severity }: ChunkCheck,
  chunk: CheckedChunk,
  { findings, total }: Found,
): Finding[] {
  const kept = new Map(
    findings.toReversed().map((finding) => [`${finding.instrumentId} ${finding.start}`, finding]),
  );
  const more = total - kept.size;
  const told = [...kept.values()].toReversed();
  if (more > 0) {
    told.push({
      instrumentId: EVERY_INSTRUMENT,
      // Past the last record, so that it is no finding's own place.
      start: chunk.end,
      end: chunk.end,
      message: `${more} more findings of ${check} in this chunk, ${total} in all`,
      details: { more, total },
    });
  }
  return told.map((finding) => ({ check, severity, ...finding }));
}

async function keepFindings(
  client: PoolClient,
  { chunkId }: CheckedChunk,
  findings: readonly Finding[],
  rulesVersion: string,
): Promise<void> {
  await client.query('DELETE FROM finding WHERE chunk_id = $1', [chunkId]);
  await client.query(
    `INSERT INTO finding (chunk_id, "check", instrument_id, start_ns, end_ns, severity, message, details, rules_version)
     SELECT $1, found.*, $2
       FROM unnest($3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::jsonb[]) AS found`,
    [
      chunkId,
      rulesVersion,
      findings.map(({ check }) => check),
      findings.map(({ instrumentId }) => instrumentId),
      findings.map(({ start }) => start),
      findings.map(({ end }) => end),
      findings.map(({ severity }) => severity),
      findings.map(({ message }) => message),
      findings.map(({ details }) => JSON.stringify(details)),
    ],
  );
}
