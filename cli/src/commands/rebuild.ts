import { setTimeout as delay } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { openArchive } from '@tapeline/archive';
import {
  isDifferent,
  REBUILD_PARTS,
  RebuildError,
  rebuildProjections,
  Storage,
} from '@tapeline/storage';
import type { RebuildPart, RebuildReport } from '@tapeline/storage';
import { CliError } from '../cli-error.js';
import { connectNats } from '../db/connect-nats.js';
import { openSource } from '../db/open-servers.js';
import type { Servers } from '../db/open-servers.js';
import { formatReport } from '../rebuild/format-report.js';
import { readArchive } from '../rebuild/read-archive.js';
import { inHand, readEvents } from '../rebuild/read-events.js';
import { archivePlace } from './archive.js';

export interface RebuildCommandOptions {
  /** Comma-separated. */
  readonly only?: string;
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly folder?: string;
  readonly json?: boolean;
}

/** `tapeline rebuild`: the tables of jobs, coverage and spending anew, from events, ledger and archive. */
export async function rebuild(options: RebuildCommandOptions): Promise<void> {
  const only = readParts(options.only);
  await using servers = await openSource({ folder: options.folder, events: true });
  const report = await run(servers, options, only);
  console.log(options.json ? JSON.stringify(toJson(report)) : formatReport(report));
  const isLeft = !report.applied && report.tables.some(isDifferent);
  if (isLeft || report.problems.length > 0) process.exitCode = 1;
}

function readParts(text: string | undefined): readonly RebuildPart[] {
  if (text === undefined) return REBUILD_PARTS;
  return text.split(',').map((name) => {
    const part = REBUILD_PARTS.find((known) => known === name.trim());
    if (part) return part;
    throw new CliError(`--only: '${name}' is none of ${REBUILD_PARTS.join(', ')}`);
  });
}

async function run(
  servers: Servers,
  { dryRun = false, force = false }: RebuildCommandOptions,
  only: readonly RebuildPart[],
): Promise<RebuildReport> {
  const connection = await connectNats(servers.nats!);
  const storage = Storage.open({ url: servers.postgres, connections: 1 });
  const archive = await openArchive(
    archivePlace(servers.folder === undefined ? {} : { folder: servers.folder }),
  );
  try {
    if (!force) await awaitQuiet(connection);
    const history = {
      ...(await readEvents(connection)),
      archive: () => readArchive(archive, (message) => console.error(`tapeline: ${message}`)),
    };
    return await rebuildProjections(storage, history, { only, dryRun, force });
  } catch (error) {
    if (!(error instanceof RebuildError)) throw error;
    throw new CliError(error.message, { cause: error });
  } finally {
    archive.close();
    await storage.close();
    await connection.close();
  }
}

const QUIET_WITHIN_MS = 20_000;
const LOOK_MS = 250;

/** Gives services time to finish what they have in hand; the rebuild itself looks again. */
async function awaitQuiet(connection: NatsConnection): Promise<void> {
  const manager = await jetstreamManager(connection);
  const deadline = performance.now() + QUIET_WITHIN_MS;
  while ((await inHand(manager)).length > 0 && performance.now() < deadline) await delay(LOOK_MS);
}

const toJson = ({ events, archived, applied, tables, problems }: RebuildReport) => ({
  events,
  archived_chunks: archived,
  applied,
  tables,
  problems: problems.map(({ kind, chunkId, message }) => ({ kind, chunk_id: chunkId, message })),
});
