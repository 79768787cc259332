import { requestRange } from '@tapeline/contracts';
import type { PoolClient } from 'pg';
import type { DayRange } from './coverage-row.js';
import { dayFrom, dayOf } from './day-number.js';
import { parseMultirange } from './parse-multirange.js';

/** A day that Databento lists. */
export interface ListedDay {
  readonly day: number;
  /** available, degraded, pending or missing. */
  readonly condition: string;
  readonly lastModified: number | null;
}

/** What Databento has said of a dataset's days. */
export interface SessionDays {
  readonly listed: readonly ListedDay[];
  /** Days of which it was asked after they had ended: those not listed have no session. */
  readonly asked: readonly DayRange[];
}

const DAY = '86400000000000';
const dayOfDate = (date: string): string => `(${date} - DATE '1970-01-01')`;
const dayOfTime = (time: string): string => dayOfDate(`(${time} AT TIME ZONE 'UTC')::date`);

/**
 * The days that were asked about are not stored as such. They follow from what is: planning asks about
 * every day of a request before it makes chunks, days that were told together were asked for together,
 * and so were those between them.
 */
const ASKED = `
  SELECT dataset, (start_ns / ${DAY})::int AS first,
         least((end_ns + ${DAY} - 1) / ${DAY}, ${dayOfTime('planned_at')})::int AS beyond
    FROM chunk WHERE request ->> 'source' = 'api' AND planned_at IS NOT NULL
  UNION ALL
  SELECT dataset, ${dayOfDate('min(date)')}, least(${dayOfDate('max(date)')} + 1, ${dayOfTime('seen_at')})
    FROM dataset_day GROUP BY dataset, seen_at`;

/** Reads what is known of the days of datasets. */
export async function readSessionDays(
  client: PoolClient,
  datasets: readonly string[],
): Promise<Map<string, SessionDays>> {
  const { rows: listed } = await client.query<{
    dataset: string;
    day: number;
    condition: string;
    last_modified: number | null;
  }>(
    `SELECT dataset, ${dayOfDate('date')} AS day, condition, ${dayOfDate('last_modified')} AS last_modified
       FROM dataset_day WHERE dataset = ANY($1) ORDER BY date`,
    [datasets],
  );
  const { rows: asked } = await client.query<{ dataset: string; days: string }>(
    `SELECT dataset, range_agg(int4range(first, beyond)) AS days FROM (${ASKED}) AS asked
      WHERE dataset = ANY($1) AND first < beyond GROUP BY dataset`,
    [datasets],
  );
  const known = new Map(
    datasets.map((dataset) => [
      dataset,
      { listed: [] as ListedDay[], asked: [] as DayRange[] } satisfies SessionDays,
    ]),
  );
  for (const { dataset, day, condition, last_modified: lastModified } of listed) {
    known.get(dataset)?.listed.push({ day, condition, lastModified });
  }
  for (const { dataset, days } of asked) {
    for (const { start, end } of parseMultirange(days)) {
      known.get(dataset)?.asked.push({ from: Number(start), to: Number(end) });
    }
  }
  for (const { dataset, ...range } of await readSessionless(client, datasets)) {
    known.get(dataset)?.asked.push(range);
  }
  return known;
}

/** The days of jobs that found no session: such a job leaves neither chunks nor days. */
async function readSessionless(
  client: PoolClient,
  datasets: readonly string[],
): Promise<(DayRange & { readonly dataset: string })[]> {
  const { rows } = await client.query<{
    dataset: string;
    start: string;
    end: string | null;
    today: number;
  }>(
    `SELECT dataset, command ->> 'start' AS start, command ->> 'end' AS end,
            max(${dayOfTime('accepted_at')}) AS today
       FROM job WHERE reason = 'no_session' AND dataset = ANY($1) AND command ? 'start'
      GROUP BY 1, 2, 3`,
    [datasets],
  );
  return rows.map(({ dataset, start, end, today }) => {
    const range = requestRange({ start, ...(end !== null && { end }) });
    return { dataset, from: dayOf(range.start), to: Math.min(dayFrom(range.end), today) };
  });
}
