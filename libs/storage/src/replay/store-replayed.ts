/** Batches that come again for a replay: what passes now is stored, what does not keeps its newest reason. */
import type { BatchHeader, ReplayCommand, RuleOutcome } from '@tapeline/contracts';
import { encodeCopyRows } from '@tapeline/records';
import type { ColumnarBatch } from '@tapeline/records';
import { activeTraceId } from '@tapeline/telemetry';
import type { PoolClient } from 'pg';
import type { Storage } from '../storage.js';
import { saveDefinedSymbols } from '../planning/symbology-store.js';
import { BatchMismatchError, checkAccepted, checkRefused } from '../write/check-batch.js';
import { definedSymbols } from '../write/defined-symbols.js';
import { ensureColumns } from '../write/ensure-columns.js';
import { copyRows } from '../write/copy-rows.js';
import { countReplayed } from './end-replay.js';
import type { ReplayCounts } from './end-replay.js';
import { addToDetails } from './replay-details.js';
import type { ReplayDetails, Tried } from './replay-details.js';

/** The id of a replay, and whether it only shows what would come of it. */
export function readReplayId(replay: string): {
  readonly replayId: string;
  readonly isDry: boolean;
} {
  const isDry = replay.endsWith(':dry');
  return { replayId: isDry ? replay.slice(0, -':dry'.length) : replay, isDry };
}

export type ReplayedPart =
  | { readonly kind: 'accepted'; readonly outcomes: readonly RuleOutcome[] }
  | {
      readonly kind: 'refused';
      readonly rules: readonly string[];
      readonly reasons: readonly string[];
    };

/** Records of the batch that the replay tries; `all` of them for whole chunks. */
type Wanted = ReadonlyMap<number, string> | 'all';

/**
 * Carries out a part of a batch in one transaction: rows, the state of the refused records, the ledger, which moves
 * them from one outcome to another, and the replay's counts. The same part again changes nothing.
 * @throws BatchMismatchError, or the database's error; nothing is changed then.
 */
export async function storeReplayed(
  storage: Storage,
  header: BatchHeader & { readonly replay: string },
  batch: ColumnarBatch,
  part: ReplayedPart,
): Promise<'written' | 'duplicate'> {
  if (part.kind === 'accepted') checkAccepted(header, batch);
  else checkRefused(header, batch, part.rules, part.reasons);
  const { replayId, isDry } = readReplayId(header.replay);
  await (await storage.partitions()).ensure(batch);
  await ensureColumns(storage, batch.schema);
  const datasetId = await storage.datasetId(header.dataset);
  return storage.transaction(async (client) => {
    const replay = await lockReplay(client, replayId);
    const wanted = await readWanted(client, replayId, header, replay.command);
    const tried = tryPart(batch, part, wanted);
    if (!(await enterLedger(client, header, replayId, isDry ? NONE : tried.counts))) {
      return 'duplicate';
    }
    if (!isDry) {
      const rows = batch.take(tried.passed);
      if (rows.length > 0) {
        const encoded = encodeCopyRows(rows, datasetId);
        await copyRows(client, batch.schema, [{ encoded, length: rows.length }]);
        if (rows.schema.name === 'definition') {
          await saveDefinedSymbols(client, header.dataset, definedSymbols(rows));
        }
      }
      await resolve(client, 'replayed', tried.passedIds);
      await resolve(client, 'filtered', tried.filteredIds);
      await keepReasons(client, header, tried);
    }
    const before = await refusedBefore(client, header, wanted);
    const details = addToDetails(replay.details, header, tried, before);
    await countReplayed(client, replayId, tried.counts, details);
    return 'written';
  });
}

const NONE: ReplayCounts = { stored: 0, quarantined: 0, filtered: 0 };

async function lockReplay(
  client: PoolClient,
  replayId: string,
): Promise<{ command: ReplayCommand; details: ReplayDetails }> {
  const { rows } = await client.query<{ command: ReplayCommand; details: ReplayDetails }>(
    'SELECT command, details FROM replay WHERE replay_id = $1 FOR UPDATE',
    [replayId],
  );
  if (rows[0]) return rows[0];
  throw new BatchMismatchError(`there is no replay '${replayId}'`);
}

async function readWanted(
  client: PoolClient,
  replayId: string,
  header: BatchHeader,
  command: ReplayCommand,
): Promise<Wanted> {
  if (command.source === 'archive') return 'all';
  const { rows } = await client.query<{ id: string; ordinal: string }>(
    `SELECT id, ordinal FROM quarantine
      WHERE chunk_id = $1 AND batch_id = $2 AND replay_id = $3 AND state = 'open' FOR UPDATE`,
    [header.chunk_id, header.batch_id, replayId],
  );
  return new Map(rows.map((row) => [Number(row.ordinal), row.id]));
}

/** What the rules of now say of the records that the replay tries. */
function tryPart(batch: ColumnarBatch, part: ReplayedPart, wanted: Wanted): Tried {
  const ordinals = batch.ordinals();
  const rows: number[] = [];
  const ids: string[] = [];
  for (let row = 0; row < batch.length; row++) {
    const id = wanted === 'all' ? '' : wanted.get(Number(ordinals[row]));
    if (id === undefined) continue;
    rows.push(row);
    ids.push(id);
  }
  const refused = part.kind === 'refused';
  const left = refused ? { ids: [], count: 0 } : leftOut(part.outcomes, wanted);
  return {
    counts: {
      stored: refused ? 0 : rows.length,
      quarantined: refused ? rows.length : 0,
      filtered: left.count,
    },
    passed: Uint32Array.from(refused ? [] : rows),
    passedIds: refused ? [] : ids,
    filteredIds: left.ids,
    ordinals: rows.map((row) => Number(ordinals[row])),
    refused: refused
      ? rows.map((row, index) => ({
          id: ids[index]!,
          ordinal: Number(ordinals[row]),
          rule: part.rules[row]!,
          reason: part.reasons[row]!,
        }))
      : [],
  };
}

/** The wanted records that a filter leaves out now. */
function leftOut(
  outcomes: readonly RuleOutcome[],
  wanted: Wanted,
): { readonly ids: string[]; readonly count: number } {
  const filters = outcomes.filter(({ severity }) => severity === 'filtered');
  if (wanted === 'all') {
    return { ids: [], count: filters.reduce((sum, { records }) => sum + records, 0) };
  }
  const ranges = filters.flatMap(({ ordinals }) => ordinals);
  const ids = [...wanted]
    .filter(([ordinal]) => ranges.some(([from, to]) => ordinal >= from && ordinal < to))
    .map(([, id]) => id);
  return { ids, count: ids.length };
}

/** The ledger moves records from one outcome to another; false if it has done so for this part already. */
async function enterLedger(
  client: PoolClient,
  header: BatchHeader,
  replayId: string,
  { stored, filtered }: ReplayCounts,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `INSERT INTO ledger (batch_id, part, chunk_id, job_id, dataset, schema, fetched, stored,
                         quarantined, filtered, sha256, rules_version, trace_id)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     ON CONFLICT DO NOTHING`,
    [
      header.batch_id,
      `replay.${replayId}.${header.part}`,
      header.chunk_id,
      header.job_id,
      header.dataset,
      header.schema,
      header.fetched,
      stored,
      -stored - filtered,
      filtered,
      header.sha256,
      header.rules_version,
      activeTraceId(),
    ],
  );
  return rowCount === 1;
}

async function resolve(
  client: PoolClient,
  state: 'replayed' | 'filtered',
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  await client.query(
    'UPDATE quarantine SET state = $1, resolved_at = now() WHERE id = ANY($2::bigint[])',
    [state, ids],
  );
}

/** Records that are refused still, perhaps by another rule. */
async function keepReasons(
  client: PoolClient,
  header: BatchHeader,
  { refused }: Tried,
): Promise<void> {
  if (refused.length === 0) return;
  await client.query(
    `UPDATE quarantine q SET rule = r.rule, reason = r.reason, rules_version = $4
       FROM unnest($1::bigint[], $2::text[], $3::text[]) AS r (id, rule, reason) WHERE q.id = r.id`,
    [
      refused.map(({ id }) => id),
      refused.map(({ rule }) => rule),
      refused.map(({ reason }) => reason),
      header.rules_version,
    ],
  );
}

/** Of whole chunks: which records of the batch are refused as things stand. */
async function refusedBefore(
  client: PoolClient,
  header: BatchHeader,
  wanted: Wanted,
): Promise<ReadonlySet<number>> {
  if (wanted !== 'all') return new Set(wanted.keys());
  const { rows } = await client.query<{ ordinal: string }>(
    "SELECT ordinal FROM quarantine WHERE chunk_id = $1 AND batch_id = $2 AND state = 'open'",
    [header.chunk_id, header.batch_id],
  );
  return new Set(rows.map((row) => Number(row.ordinal)));
}
