/** From a command to a saved plan: what its symbols mean, what is held, what must be requested. */
import { ALL_SYMBOLS, isFileRequest, requestRange } from '@tapeline/contracts';
import type { ApiRequest, FileRequest, IngestCommand, Reason } from '@tapeline/contracts';
import type { HistoricalClient } from '@tapeline/databento';
import { SCHEMAS, utcDate } from '@tapeline/records';
import { EVERY_INSTRUMENT, withPlanLock } from '@tapeline/storage';
import type { Storage, SymbologyInterval } from '@tapeline/storage';
import { awaitClaims } from './await-claims.js';
import { expectedCounts } from './expected-counts.js';
import { intervalClaims, metadataSymbology } from './file-symbology.js';
import { instrumentRanges, planChunks } from './plan-chunks.js';
import type { ChunkPlan, InstrumentRanges, PlannedChunk, PlanRequest } from './plan-chunks.js';
import { fileInstruments, planFile } from './plan-file.js';
import { resolveSymbols } from './resolve-symbols.js';
import { scanFile } from './scan-file.js';
import type { TimeRange } from './time-ranges.js';

/** What has come of planning, for the job's `planned` event. */
export interface JobPlan {
  readonly dataset: string;
  readonly schema: string;
  readonly notFound: readonly string[];
  readonly partial: readonly string[];
  /** Set if nothing has to be fetched and nothing is waited for. */
  readonly nothing: { reason: Reason; message: string } | null;
}

interface PlanContext {
  readonly storage: Storage;
  readonly client: HistoricalClient;
}

/**
 * Plans a job and saves its plan. Requests nothing that costs money.
 * @throws DatabentoError, DbnError or the database's error; nothing is saved then.
 */
export function planJob(
  context: PlanContext,
  jobId: string,
  command: IngestCommand,
): Promise<JobPlan> {
  return isFileRequest(command)
    ? planFileJob(context, jobId, command)
    : planApiJob(context, jobId, command);
}

async function planApiJob(
  { storage, client }: PlanContext,
  jobId: string,
  command: ApiRequest,
): Promise<JobPlan> {
  const request: PlanRequest = {
    dataset: command.dataset,
    schema: SCHEMAS[command.schema],
    symbols: command.symbols,
    stypeIn: command.stype_in,
    range: requestRange(command),
    limit: command.limit,
  };
  const base = { dataset: command.dataset, schema: command.schema, notFound: [], partial: [] };
  if (!(await hasSession(client, request))) {
    const { start, end } = datesOf(request.range);
    const message = `${request.dataset} has no session between ${start} and ${end} (end excluded)`;
    return saveEmpty(storage, jobId, command, {
      ...base,
      nothing: { reason: 'no_session', message },
    });
  }
  const resolved = await resolveSymbols(client, request, datesOf(request.range));
  const found = { ...base, notFound: resolved.notFound, partial: resolved.partial };
  const instruments = request.symbols.includes(ALL_SYMBOLS)
    ? new Map([[EVERY_INSTRUMENT, [request.range]]])
    : instrumentRanges(intervalClaims(resolved.requested), request.range);
  if (instruments.size === 0) {
    const message = `none of ${request.symbols.join(', ')} (${request.stypeIn}) names an instrument of ${request.dataset} in this range: check the symbols and stype_in`;
    const nothing = { reason: 'symbol_not_resolved', message } as const;
    return saveEmpty(storage, jobId, command, { ...found, nothing });
  }
  const { chunks, someHeld, shared } = await lockAndPlan(storage, {
    jobId,
    command,
    dataset: request.dataset,
    schema: request.schema.name,
    range: request.range,
    instruments,
    symbology: resolved.intervals,
    plan: (coverage) => planChunks(request, instruments, coverage),
    count: (planned) => expectedCounts(client, planned),
  });
  return { ...found, nothing: explainNothing(chunks, shared, someHeld) };
}

async function planFileJob(
  { storage }: PlanContext,
  jobId: string,
  command: FileRequest,
): Promise<JobPlan> {
  const scan = await scanFile(command.file);
  const { metadata, schema } = scan;
  const { chunks, someHeld, shared } = await lockAndPlan(storage, {
    jobId,
    command,
    dataset: metadata.dataset,
    schema: schema.name,
    range: scan.range,
    instruments: fileInstruments(scan),
    symbology: metadataSymbology(metadata),
    plan: (coverage) => planFile(scan, coverage),
    count: (planned) => Promise.resolve(planned.map(() => scan.records)),
  });
  const nothing =
    scan.records === 0
      ? ({ reason: 'no_records', message: `${command.file} holds no records` } as const)
      : explainNothing(chunks, shared, someHeld);
  return {
    dataset: metadata.dataset,
    schema: schema.name,
    notFound: metadata.notFound,
    partial: metadata.partial,
    nothing,
  };
}

interface PlanInput {
  readonly jobId: string;
  readonly command: IngestCommand;
  readonly dataset: string;
  readonly schema: string;
  readonly range: TimeRange;
  readonly instruments: InstrumentRanges;
  readonly symbology: readonly SymbologyInterval[];
  readonly plan: (coverage: Parameters<typeof planChunks>[2]) => ChunkPlan;
  readonly count: (chunks: readonly PlannedChunk[]) => Promise<(number | null)[]>;
}

/** Reads the coverage, plans and saves, with no other planner of the dataset and schema at work. */
function lockAndPlan(storage: Storage, input: PlanInput): Promise<ChunkPlan> {
  const { jobId, command, dataset, schema, range } = input;
  return withPlanLock(storage, dataset, schema, async (transaction) => {
    const ids = [...input.instruments.keys()];
    const coverage = await transaction.readCoverage(dataset, schema, ids, range);
    awaitClaims(coverage);
    const plan = input.plan(coverage);
    const counts = await input.count(plan.chunks);
    const chunks = plan.chunks.map((chunk, index) => ({
      ...chunk,
      expected: counts[index] ?? null,
    }));
    await transaction.savePlan({ jobId, command, dataset, schema }, chunks, plan.shared);
    await transaction.saveSymbology(dataset, input.symbology);
    return plan;
  });
}

async function saveEmpty(
  storage: Storage,
  jobId: string,
  command: ApiRequest,
  plan: JobPlan,
): Promise<JobPlan> {
  const { dataset, schema } = plan;
  await withPlanLock(storage, dataset, schema, (transaction) =>
    transaction.savePlan({ jobId, command, dataset, schema }, [], []),
  );
  return plan;
}

function explainNothing(
  chunks: readonly PlannedChunk[],
  shared: readonly string[],
  someHeld: boolean,
): JobPlan['nothing'] {
  if (chunks.length > 0 || shared.length > 0) return null;
  return someHeld
    ? { reason: 'already_held', message: 'all of it is held already; nothing was requested' }
    : { reason: 'no_records', message: 'the symbols name no instrument on these days' };
}

/** First and last-but-excluded UTC date of a range. */
const datesOf = (range: TimeRange): { start: string; end: string } => ({
  start: utcDate(range.start),
  end: Temporal.PlainDate.from(utcDate(range.end - 1n))
    .add({ days: 1 })
    .toString(),
});

/** Whether the dataset has data on any day of the range. */
async function hasSession(client: HistoricalClient, request: PlanRequest): Promise<boolean> {
  const { start, end } = datesOf(request.range);
  const last = Temporal.PlainDate.from(end).subtract({ days: 1 }).toString();
  const days = await client.getDatasetCondition({
    dataset: request.dataset,
    startDate: start,
    endDate: last,
  });
  return days.some((day) => day.condition !== 'missing');
}
