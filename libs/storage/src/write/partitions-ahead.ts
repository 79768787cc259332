import { DAY_NS, quoteIdentifier, SCHEMAS } from '@tapeline/records';
import { microsecond } from '../microsecond.js';
import type { Storage } from '../storage.js';

/** Days for which there are to be partitions, and days back for which a table counts as fed. */
const DAYS = 7;
const DAY_MS = 86_400_000;

/**
 * Makes the native partitions of the next seven days, so that the first rows of a day wait for none. Only for tables
 * that got rows of the last seven: an empty partition of each table for each day would burden every query's plan.
 * @param today the UTC day, since epoch.
 * @returns the names of those made; none with TimescaleDB, which makes chunks as rows come.
 */
export async function createPartitionsAhead(storage: Storage, today: number): Promise<string[]> {
  const partitioning = await storage.partitions();
  if (partitioning.kind !== 'native') return [];
  const next = Array.from({ length: DAYS }, (_, index) => today + 1 + index);
  const made: string[] = [];
  for (const schema of Object.values(SCHEMAS)) {
    const time = quoteIdentifier(schema.indexColumn);
    const { rows } = await storage.pool.query<{ fed: boolean }>(
      `SELECT EXISTS (SELECT FROM ${quoteIdentifier(schema.table)}
                       WHERE ${time} >= $1::timestamptz AND ${time} < $2::timestamptz) AS fed`,
      [today - DAYS, today + 1].map((day) => microsecond(BigInt(day) * DAY_NS)),
    );
    if (rows[0]!.fed) made.push(...(await partitioning.ensureDays(schema, next)));
  }
  return made;
}

/**
 * Does so now, and once a day from then on, for as long as the process runs.
 * @param tell is told what was made, and why nothing could be.
 */
export async function keepPartitionsAhead(
  storage: Storage,
  tell: (made: readonly string[], error?: unknown) => void,
): Promise<void> {
  const create = async (): Promise<void> => {
    try {
      tell(await createPartitionsAhead(storage, Math.floor(Date.now() / DAY_MS)));
    } catch (error) {
      tell([], error);
    }
  };
  await create();
  setInterval(() => void create(), DAY_MS).unref();
}
