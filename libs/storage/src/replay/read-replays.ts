import type { ReplayCommand } from '@tapeline/contracts';
import type { Storage } from '../storage.js';
import type { ReplayDetails } from './replay-details.js';

/** A replay and what has come of it so far. */
export interface ReplayView {
  readonly replay_id: string;
  readonly command: ReplayCommand;
  readonly dry_run: boolean;
  readonly state: 'running' | 'completed' | 'failed';
  readonly message: string | null;
  /** Records that are tried. */
  readonly selected: number;
  /** Of a dry run: what would be. */
  readonly stored: number;
  readonly quarantined: number;
  readonly filtered: number;
  readonly accepted_at: string;
  readonly ended_at: string | null;
  readonly details: ReplayDetails;
}

type Row = Omit<
  ReplayView,
  'dry_run' | 'selected' | 'stored' | 'quarantined' | 'filtered' | 'accepted_at' | 'ended_at'
> &
  Record<'selected' | 'stored' | 'quarantined' | 'filtered', string> & {
    readonly accepted_at: Date;
    readonly ended_at: Date | null;
  };

const viewOf = (row: Row): ReplayView => ({
  ...row,
  dry_run: row.command.dry_run,
  selected: Number(row.selected),
  stored: Number(row.stored),
  quarantined: Number(row.quarantined),
  filtered: Number(row.filtered),
  accepted_at: row.accepted_at.toISOString(),
  ended_at: row.ended_at?.toISOString() ?? null,
});

/** The latest replays first. */
export async function readReplays(
  storage: Pick<Storage, 'pool'>,
  limit: number,
): Promise<ReplayView[]> {
  const { rows } = await storage.pool.query<Row>(
    'SELECT * FROM replay ORDER BY accepted_at DESC, replay_id LIMIT $1',
    [limit],
  );
  return rows.map(viewOf);
}

/** One replay; undefined if there is none of the id. */
export async function readReplay(
  storage: Pick<Storage, 'pool'>,
  replayId: string,
): Promise<ReplayView | undefined> {
  const { rows } = await storage.pool.query<Row>('SELECT * FROM replay WHERE replay_id = $1', [
    replayId,
  ]);
  return rows[0] && viewOf(rows[0]);
}
