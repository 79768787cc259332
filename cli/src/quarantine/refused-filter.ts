import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';

/** Which refused records a command is about. */
export interface RefusedFilter {
  readonly dataset?: string;
  readonly schema?: string;
  readonly rule?: string;
  readonly job?: string;
  readonly chunk?: string;
  readonly instrument?: number;
  readonly symbol?: string;
  readonly since?: string;
  readonly until?: string;
}

const wholeNumber = (text: string): number => {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError('give a whole number');
  return Number(text);
};

/** Gives a command the options of a filter. */
export const addFilterOptions = (command: Command): Command =>
  command
    .option('--dataset <dataset>', 'for example GLBX.MDP3')
    .option('--schema <schema>', 'for example trades')
    .option('--rule <rule>', 'the rule that refused them')
    .option('--job <job>', 'the job that fetched them')
    .option('--chunk <id>', 'the chunk that they came with')
    .option('--instrument <id>', 'an instrument id', wholeNumber)
    .option('--symbol <symbol>', "the venue's symbol on the record's day, for example ESU4")
    .option('--since <time>', 'refused at that time or later, UTC')
    .option('--until <time>', 'refused before that time');

/** A filter in the words of the gateway. */
const wordsOf = (filter: RefusedFilter): Record<string, string | number | undefined> => ({
  dataset: filter.dataset,
  schema: filter.schema,
  rule: filter.rule,
  job_id: filter.job,
  chunk_id: filter.chunk,
  instrument_id: filter.instrument,
  symbol: filter.symbol,
  since: filter.since,
  until: filter.until,
});

/** As parameters of an address. */
export function filterParameters(
  filter: RefusedFilter,
  more: Readonly<Record<string, string | number | undefined>> = {},
): URLSearchParams {
  const given = Object.entries({ ...wordsOf(filter), ...more }).filter(
    (entry): entry is [string, string | number] => entry[1] !== undefined,
  );
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
}

/** As the filter of a command, whose times have a zone. */
export function filterBody(filter: RefusedFilter): object {
  const { since, until, ...words } = wordsOf(filter);
  const time = (text: string | number | undefined): string | undefined => {
    if (text === undefined) return undefined;
    const whole = /^\d{4}-\d{2}-\d{2}$/.test(String(text)) ? `${text}T00:00:00` : String(text);
    return /(Z|[+-]\d{2}:?\d{2})$/.test(whole) ? whole : `${whole}Z`;
  };
  // What is undefined is left out of JSON.
  return { ...words, since: time(since), until: time(until) };
}

/** Whether it means every refused record. */
export const isEmpty = (filter: RefusedFilter): boolean => filterParameters(filter).size === 0;
