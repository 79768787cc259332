import type { QuarantineFilter } from '@tapeline/contracts';
import type { Storage } from '../storage.js';
import { lockMarks } from './lock-marks.js';
import { quarantineConditions } from './quarantine-conditions.js';

/**
 * Marks open refused records as discarded: they stay readable, and count as refused in every sum. What a replay
 * under way has marked stays its own, or it would wait for it for ever.
 * @param before only those refused before then, so that a command that comes again means no more than at first.
 * @returns how many.
 */
export async function discardQuarantine(
  storage: Pick<Storage, 'transaction'>,
  filter: QuarantineFilter,
  before: Date,
): Promise<number> {
  const { text, values } = quarantineConditions({ ...filter, state: 'open' }, 2);
  return storage.transaction(async (client) => {
    await lockMarks(client);
    const { rowCount } = await client.query(
      `UPDATE quarantine q SET state = 'discarded', resolved_at = now()
        WHERE q.quarantined_at < $1 AND ${text}
          AND NOT EXISTS (SELECT FROM replay r WHERE r.replay_id = q.replay_id AND r.state = 'running')`,
      [before, ...values],
    );
    return rowCount ?? 0;
  });
}
