/**
 * The definition that holds for an instrument on a UTC day: the latest of all days up to the end of that one. So a
 * record finds the definition of its day even if that came later on it (a venue sends them before each session,
 * Databento's snapshot of a day may follow its first records), and the last one known on days without any. One
 * that deletes its instrument holds on its own day only: its number may mean another instrument later.
 * Of the legs of a spread the first is taken.
 */
import { quoteIdentifier } from '@tapeline/records';

const DELETED = 'D';

/** A lateral subquery of at most one row. All arguments are SQL; `columns` are names. */
export function definitionAsOf(given: {
  readonly datasetId: string;
  readonly instrument: string;
  readonly day: string;
  readonly columns: readonly string[];
}): string {
  const { datasetId, instrument, day, columns } = given;
  const dayEnd = `((${day} + 1)::timestamp AT TIME ZONE 'UTC')`;
  const dayStart = `(${day}::timestamp AT TIME ZONE 'UTC')`;
  return `(SELECT ${columns.map((name) => quoteIdentifier(name)).join(', ')}
     FROM (SELECT * FROM definition a
            WHERE a.dataset_id = ${datasetId} AND a.instrument_id = ${instrument} AND a.ts_recv < ${dayEnd}
            ORDER BY a.ts_recv DESC, a.ts_recv_ns DESC, a.leg_index, a.ordinal DESC LIMIT 1) AS latest
    WHERE latest.security_update_action IS DISTINCT FROM '${DELETED}' OR latest.ts_recv >= ${dayStart})`;
}
