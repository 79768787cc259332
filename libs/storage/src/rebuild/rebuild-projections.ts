/** The relational tables anew, from the events, the ledger and the archive. What is rebuilt how: docs/rebuild.md. */
import type { JobEvent } from '@tapeline/contracts';
import type { PoolClient } from 'pg';
import type { Storage } from '../storage.js';
import { addArchived } from './add-archived.js';
import type { ArchivedFacts } from './add-archived.js';
import { adoptArchived } from './adopt-archived.js';
import { compareTable, swapTable } from './compare-tables.js';
import type { TableReport } from './compare-tables.js';
import {
  findOutcomeLosses,
  findQuarantineLosses,
  findUnknownChunks,
  findUnproven,
} from './find-problems.js';
import type { RebuildProblem } from './find-problems.js';
import { foldHistory } from './fold-history.js';
import { lockPresent } from './lock-present.js';
import { PROJECTION_TABLES, REBUILT_PARTS } from './projection-tables.js';
import type { RebuiltPart } from './projection-tables.js';
import { createShadows } from './shadow-tables.js';
import { completeSymbology } from './shadow-symbology.js';
import { keepEstimated, settleUntold } from './settle-untold.js';

/** What can be named as `only`: the quarantine is compared with the ledger, and not rebuilt. */
export const REBUILD_PARTS = [...REBUILT_PARTS, 'quarantine'] as const;
export type RebuildPart = RebuiltPart | 'quarantine';

/** Where the truth is. */
export interface History {
  /** The events stored so far, in their order, without those given by an earlier call. */
  readonly events: () => AsyncIterable<JobEvent>;
  readonly archive: () => AsyncIterable<ArchivedFacts>;
  /** Events of the stream that are gone. */
  readonly lost: () => Promise<number>;
  /** What services have in hand: each of it may have saved what no event tells yet. */
  readonly inHand: () => Promise<readonly string[]>;
}

export interface RebuildOptions {
  /** All if left out. */
  readonly only?: readonly RebuildPart[];
  /** Compares and changes nothing. */
  readonly dryRun?: boolean;
  /** Goes on with work in hand, and with events lost: rows that nothing tells of are removed then. */
  readonly force?: boolean;
}

export interface RebuildReport {
  readonly events: number;
  readonly archived: number;
  /** Whether the tables have been changed. */
  readonly applied: boolean;
  readonly tables: readonly TableReport[];
  readonly problems: readonly RebuildProblem[];
}

/** The tables cannot be rebuilt as things are; nothing was changed. */
export class RebuildError extends Error {
  override readonly name = 'RebuildError';
  constructor(
    message: string,
    readonly code: 'in_hand' | 'history_lost',
  ) {
    super(message);
  }
}

/** Losses of the history itself: what it does not tell of would be removed. */
const LOSSES: ReadonlySet<RebuildProblem['kind']> = new Set([
  'events_lost',
  'untold_chunk',
  'unknown_chunk',
]);

/**
 * Rebuilds the tables beside the present ones, compares them, and puts the rebuilt rows in the place of those that
 * differ: in one transaction, so that readers see the tables as they were or as they should be. Writers of these
 * tables wait while they are compared and changed. Market rows, ledger and archive are only read.
 * @throws RebuildError if services have work in hand or the history is not whole, or the database's error;
 *   nothing is changed then.
 */
export async function rebuildProjections(
  storage: Storage,
  history: History,
  { only = REBUILD_PARTS, dryRun = false, force = false }: RebuildOptions = {},
): Promise<RebuildReport> {
  return storage.transaction(async (client) => {
    await client.query("SELECT pg_advisory_xact_lock(hashtextextended('tapeline rebuild', 0))");
    await client.query('SET LOCAL jit = off');
    const present = await createShadows(client);
    let archived = 0;
    for await (const facts of history.archive()) {
      await addArchived(client, facts);
      archived++;
    }
    let events = await foldEvents(client, history);
    const tables = PROJECTION_TABLES.filter(({ part }) => only.includes(part));
    await lockPresent(client, present);
    events += await foldEvents(client, history);
    const inHand = await history.inHand();
    if (inHand.length > 0 && !force) throw new RebuildError(inHandMessage(inHand), 'in_hand');
    const adopted = await adoptArchived(client);
    await settleUntold(client);
    await keepEstimated(client, present);
    await completeSymbology(client);
    for (const { name } of tables) await client.query(`ANALYZE pg_temp."${name}"`);
    const found = await findProblems(client, await history.lost(), only);
    const problems = [...adopted, ...found];
    const reports: TableReport[] = [];
    for (const table of tables) reports.push(await compareTable(client, present, table));
    const applied = !dryRun && reports.some(isDifferent);
    if (applied) {
      const losses = problems.filter(({ kind }) => LOSSES.has(kind));
      if (losses.length > 0 && !force) throw new RebuildError(lostMessage(losses), 'history_lost');
      for (const table of tables) await swapTable(client, present, table);
    }
    return { events, archived, applied, tables: reports, problems };
  });
}

async function foldEvents(client: PoolClient, history: History): Promise<number> {
  let count = 0;
  for await (const event of history.events()) {
    await foldHistory(client, event);
    count++;
  }
  return count;
}

/** Whether the present rows of a table are others than the rebuilt ones. */
export const isDifferent = ({ missing, extra, different }: TableReport): boolean =>
  missing + extra + different > 0;

async function findProblems(
  client: PoolClient,
  lost: number,
  only: readonly RebuildPart[],
): Promise<RebuildProblem[]> {
  const message = `${lost} events of INGEST_EVENTS are gone: restore the stream from a backup`;
  return [
    ...(lost > 0 ? [{ kind: 'events_lost', chunkId: null, message } as const] : []),
    ...(await findUnknownChunks(client)),
    ...(await findUnproven(client)),
    ...(only.includes('quarantine')
      ? [...(await findQuarantineLosses(client)), ...(await findOutcomeLosses(client))]
      : []),
  ];
}

const inHandMessage = (inHand: readonly string[]): string =>
  `services have work in hand (${inHand.join('; ')}), of which not all may be told yet: wait for its end, or stop the services and use --force`;

const lostMessage = (losses: readonly RebuildProblem[]): string =>
  `the history is not whole, and rows would be removed that it does not tell of: ${losses[0]!.message}${losses.length > 1 ? ` (and ${losses.length - 1} more)` : ''}; --dry-run shows the differences, --force goes on all the same`;
