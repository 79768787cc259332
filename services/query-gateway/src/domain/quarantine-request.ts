import { randomBytes } from 'node:crypto';
import {
  InvalidCommandError,
  parseDiscardCommand,
  parseReplayCommand,
  quarantineFilterSchema,
} from '@tapeline/contracts';
import type { DiscardCommand, ReplayCommand } from '@tapeline/contracts';
import { formatTimestamp } from '@tapeline/records';
import { QUARANTINE_GROUPINGS, QUARANTINE_STATES } from '@tapeline/storage';
import type { QuarantineGrouping, QuarantineQuery } from '@tapeline/storage';
import { z } from 'zod';
import { Problem } from './problem.js';
import { once, readParameters, timeParameter } from './query-parameters.js';
import type { QueryString } from './query-parameters.js';

const { dataset, schema, rule, job_id, chunk_id, symbol, ids } = quarantineFilterSchema.shape;

/** A whole number from 1 to `most`, in a query string. */
export const wholeNumber = (most: number) =>
  z
    .string()
    .regex(/^\d{1,10}$/, 'is a whole number')
    .transform(Number)
    .pipe(z.number().min(1, 'is at least 1').max(most, `is at most ${most}`));

const filter = {
  dataset: z.preprocess(once, dataset),
  schema: z.preprocess(once, schema),
  rule: z.preprocess(once, rule),
  job_id: z.preprocess(once, job_id),
  chunk_id: z.preprocess(once, chunk_id),
  instrument_id: z.preprocess(
    once,
    z
      .string()
      .regex(/^\d{1,10}$/, 'is a whole number')
      .transform(Number)
      .optional(),
  ),
  symbol: z.preprocess(once, symbol),
  severity: z.preprocess(once, z.enum(['error', 'warn', 'info']).optional()),
  since: timeParameter(formatTimestamp),
  until: timeParameter(formatTimestamp),
  /** Separated by commas. */
  ids: z.preprocess((value) => (typeof value === 'string' ? value.split(',') : value), ids),
};
const state = z.enum([...QUARANTINE_STATES, 'all'], {
  error: `a state is one of ${[...QUARANTINE_STATES, 'all'].join(', ')}`,
});

/** The query string of `GET /v1/quarantine`. */
export const quarantineParameters = z.strictObject({
  ...filter,
  state: z.preprocess(once, state.default('open')),
  limit: z.preprocess(once, wholeNumber(10_000).default(100)),
  /** `next_cursor` of the page before. */
  cursor: z.preprocess(
    once,
    z
      .string()
      .regex(/^\d{1,18}$/, 'is the next_cursor of an answer')
      .optional(),
  ),
});

/** The query string of `GET /v1/quarantine/stats`. */
export const quarantineStatsParameters = z.strictObject({
  ...filter,
  state: z.preprocess(once, state.default('all')),
  by: z.preprocess(
    once,
    z
      .enum(QUARANTINE_GROUPINGS as [QuarantineGrouping, ...QuarantineGrouping[]], {
        error: `is one of ${QUARANTINE_GROUPINGS.join(', ')}`,
      })
      .default('rule'),
  ),
});

/** The parameters of `GET /v1/quarantine`. @throws Problem that names every invalid one. */
export function readQuarantineRequest(query: QueryString): {
  readonly query: QuarantineQuery;
  readonly limit: number;
  readonly before: string | undefined;
} {
  const { limit, cursor, ...rest } = readParameters(quarantineParameters, query);
  return { query: withState(rest), limit, before: cursor };
}

/** The parameters of `GET /v1/quarantine/stats`. @throws Problem that names every invalid one. */
export function readStatsRequest(query: QueryString): {
  readonly query: QuarantineQuery;
  readonly by: QuarantineGrouping;
} {
  const { by, ...rest } = readParameters(quarantineStatsParameters, query);
  return { query: withState(rest), by };
}

const withState = ({
  state: wanted,
  ...rest
}: Omit<z.output<typeof quarantineStatsParameters>, 'by'>): QuarantineQuery => ({
  ...rest,
  state: wanted === 'all' ? undefined : wanted,
});

/** Checks a replay command and gives it an id if it has none. @throws Problem */
export const readReplaySubmission = (body: unknown): ReplayCommand & { replay_id: string } =>
  checked(() => {
    const command = parseReplayCommand(body);
    return { ...command, replay_id: command.replay_id ?? newId() };
  }, 'Send {"source": "quarantine", "filter": {"rule": …}}, or {"source": "archive", "filter": {"job_id": …}}; "dry_run": true changes nothing.');

/** Checks a discard command and gives it an id if it has none. @throws Problem */
export const readDiscardSubmission = (body: unknown): DiscardCommand & { discard_id: string } =>
  checked(() => {
    const command = parseDiscardCommand(body);
    return { ...command, discard_id: command.discard_id ?? newId() };
  }, 'Send {"filter": {"rule": …}}, with dataset, schema, rule, job_id, chunk_id, instrument_id, symbol, ids, since or until.');

const newId = (): string => randomBytes(8).toString('hex');

function checked<T>(read: () => T, remedy: string): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InvalidCommandError)) throw error;
    throw new Problem('invalid-command', error.message, remedy, { reasons: error.reasons });
  }
}
