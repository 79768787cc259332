/** Commands: what any NATS client may publish on `ingest.command.request` and `ingest.command.decide`. */
import { z } from 'zod';
import { impliedEnd, parseTimestamp, SCHEMA_NAMES } from '@tapeline/records';
import type { SchemaName } from '@tapeline/records';

export const STYPES_IN = ['raw_symbol', 'instrument_id', 'parent', 'continuous'] as const;
export type StypeIn = (typeof STYPES_IN)[number];

/** Databento's word for every instrument of a dataset. */
export const ALL_SYMBOLS = 'ALL_SYMBOLS';

/** The last nanosecond that a signed 64-bit integer holds. */
const LAST_TIME = 2n ** 63n - 1n;

const timestampText = z.string().superRefine((text, context) => {
  try {
    if (parseTimestamp(text) > LAST_TIME) throw new RangeError(`'${text}' is after the year 2262`);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
  }
});

export const jobIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'a job id has 1 to 64 letters, digits, - or _');

export const symbolsSchema = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (typeof value === 'string' ? value.split(',') : value))
  .pipe(
    z
      .array(
        z.string().trim().min(1, 'a symbol is empty').max(70, 'a symbol has at most 70 letters'),
      )
      .min(1, `name at least one symbol, or ${ALL_SYMBOLS}`),
  )
  .transform((symbols) => [...new Set(symbols)]);

export const schemaNameSchema = z.enum(SCHEMA_NAMES as readonly [SchemaName, ...SchemaName[]], {
  error: (issue) =>
    `'${String(issue.input)}' is no schema that tapeline ingests; it knows ${SCHEMA_NAMES.join(', ')}`,
});

export const datasetSchema = z
  .string()
  .regex(/^[A-Z0-9]{2,16}\.[A-Z0-9]{2,16}$/, 'a dataset looks like GLBX.MDP3');

const range = {
  /** Inclusive. A date, a datetime (UTC unless it has an offset) or nanoseconds since epoch. */
  start: timestampText,
  /** Exclusive. Left out, it is one unit of the start's resolution later: a date lasts a day. */
  end: timestampText.optional(),
};

const limit = z.int().positive('limit must be above 0').optional();

/** What to ask Databento for, in the words of timeseries.get_range. */
const apiRequest = z.strictObject({
  job_id: jobIdSchema.optional(),
  dataset: datasetSchema,
  schema: schemaNameSchema,
  symbols: symbolsSchema,
  stype_in: z.enum(STYPES_IN).default('raw_symbol'),
  ...range,
  limit,
  /** Most US dollars that the job may cost without anyone's approval; by default what is configured. */
  max_cost_usd: z.number().nonnegative('max_cost_usd is 0 or more').optional(),
  /** How records come: as one stream for each chunk, or as files of a batch job; by default by size. */
  delivery: z.enum(['stream', 'batch']).optional(),
  /**
   * Fetch again what is held, and put it in the place of what is there: days that Databento changed since
   * they were bought, or all.
   */
  refetch: z.enum(['stale', 'all']).optional(),
  /** Plan and quote only: nothing is bought, nothing is stored. */
  dry_run: z.boolean().optional(),
});

/** A DBN file, plain or zstd, that the fetcher can read. */
const fileRequest = z.strictObject({
  job_id: jobIdSchema.optional(),
  file: z.string().startsWith('/', 'give the absolute path of a file that the fetcher can read'),
});

const withoutLimit = (
  command: { limit?: number | undefined; refetch?: string | undefined },
  context: z.core.$RefinementCtx,
): void => {
  if (command.limit === undefined || command.refetch === undefined) return;
  const message = 'whole ranges are fetched again: leave out the limit';
  context.addIssue({ code: 'custom', path: ['refetch'], message });
};

const endAfterStart = (
  command: { start: string; end?: string | undefined },
  context: z.core.$RefinementCtx,
): void => {
  try {
    const end = command.end === undefined ? impliedEnd(command.start) : parseTimestamp(command.end);
    if (end === undefined) {
      context.addIssue({ code: 'custom', path: ['end'], message: 'end is required here' });
    } else if (end <= parseTimestamp(command.start)) {
      context.addIssue({
        code: 'custom',
        path: ['end'],
        message: 'end is exclusive and must be after start',
      });
    }
  } catch {
    // The fields' own checks have reported it.
  }
};

const checkedApiRequest = apiRequest.superRefine(endAfterStart).superRefine(withoutLimit);

export const ingestCommandSchema = z.union([fileRequest, checkedApiRequest]);

export type IngestCommandInput = z.input<typeof ingestCommandSchema>;
export type IngestCommand = z.output<typeof ingestCommandSchema>;
export type ApiRequest = z.output<typeof apiRequest>;
export type FileRequest = z.output<typeof fileRequest>;

export const isFileRequest = (command: IngestCommand): command is FileRequest => 'file' in command;

/** The range of a checked request in nanoseconds, `[start, end)`. */
export function requestRange(request: Pick<ApiRequest, 'start' | 'end'>): {
  start: bigint;
  end: bigint;
} {
  const end = request.end === undefined ? impliedEnd(request.start) : parseTimestamp(request.end);
  if (end === undefined)
    throw new RangeError(`no end given and none follows from ${request.start}`);
  return { start: parseTimestamp(request.start), end };
}

/** A command that cannot become a job; `reasons` has one line for each fault. */
export class InvalidCommandError extends Error {
  readonly code = 'invalid_command';
  override readonly name = 'InvalidCommandError';
  constructor(
    readonly reasons: readonly string[],
    /** The job id, if the command has a usable one. */
    readonly jobId: string | undefined,
  ) {
    super(reasons.join('; '));
  }
}

/** A line for each fault, with its place where it has one. */
const reasonsOf = ({ issues }: z.ZodError): string[] =>
  issues.map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message));

/** Checks a command as received. @throws InvalidCommandError */
export function parseIngestCommand(input: unknown): IngestCommand {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new InvalidCommandError(['the command must be a JSON object'], undefined);
  }
  const branch = 'file' in input ? fileRequest : checkedApiRequest;
  const result = branch.safeParse(input);
  if (result.success) return result.data;
  const jobId = jobIdSchema.safeParse((input as { job_id?: unknown }).job_id);
  throw new InvalidCommandError(reasonsOf(result.error), jobId.success ? jobId.data : undefined);
}

/** What a person says to a job that waits for approval, or to any that has not ended: `cancel`. */
const decision = z.strictObject({
  job_id: jobIdSchema,
  decision: z.enum(['approve', 'refuse', 'cancel']),
});
export type JobDecision = z.output<typeof decision>;

/** Checks a decision as received. @throws InvalidCommandError */
export const parseJobDecision = (input: unknown): JobDecision => checkCommand(decision, input);

/** Checks what is no command to fetch. @throws InvalidCommandError without a job's id. */
export function checkCommand<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new InvalidCommandError(reasonsOf(result.error), undefined);
}
