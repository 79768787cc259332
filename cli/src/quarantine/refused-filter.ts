import { formatTimestamp, parseTimestamp } from '@tapeline/records';
import { CliError } from '../cli-error.js';

/** Which refused records a command is about, by its options. */
export interface RefusedFilter {
  readonly dataset?: string;
  readonly schema?: string;
  readonly rule?: string;
  readonly job?: string;
  readonly chunk?: string;
  readonly instrument?: number;
  readonly symbol?: string;
  /** In any form that {@link parseTimestamp} reads. */
  readonly since?: string;
  readonly until?: string;
}

/**
 * As the filter of a command, whose times are datetimes with a zone. JSON leaves out what is undefined.
 * @throws CliError for what is no time.
 */
export const filterBody = (filter: RefusedFilter): Record<string, string | number | undefined> => ({
  dataset: filter.dataset,
  schema: filter.schema,
  rule: filter.rule,
  job_id: filter.job,
  chunk_id: filter.chunk,
  instrument_id: filter.instrument,
  symbol: filter.symbol,
  since: datetime(filter.since),
  until: datetime(filter.until),
});

function datetime(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return formatTimestamp(parseTimestamp(text));
  } catch (error) {
    throw new CliError((error as Error).message, { cause: error });
  }
}

/** As parameters of an address, with `more` beside them. @throws CliError for what is no time. */
export function filterParameters(
  filter: RefusedFilter,
  more: Readonly<Record<string, string | number | undefined>> = {},
): URLSearchParams {
  const given = Object.entries({ ...filterBody(filter), ...more }).filter(
    (entry): entry is [string, string | number] => entry[1] !== undefined,
  );
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
}

/** Whether it means every refused record. */
export const isEmpty = (filter: RefusedFilter): boolean => filterParameters(filter).size === 0;
