import { ALL_SYMBOLS, InvalidCommandError, requestRange } from '@tapeline/contracts';
import type { ApiRequest } from '@tapeline/contracts';
import type { HistoricalClient } from '@tapeline/databento';
import { SCHEMAS, utcDate } from '@tapeline/records';
import { EVERY_INSTRUMENT, readApproval, readMonthSpend } from '@tapeline/storage';
import type { DatasetDay } from '@tapeline/storage';
import { clampRange } from './clamp-range.js';
import { decideSpend } from './costs/decide-spend.js';
import { NOTHING, quoteChunks, totalQuote } from './costs/quote-chunks.js';
import { expectedCounts } from './expected-counts.js';
import { intervalClaims } from './file-symbology.js';
import { explainNothing, lockAndPlan } from './job-plan.js';
import type { Decision, JobPlan, PlanContext, Price, Purchasable } from './job-plan.js';
import { SYMBOLS_PER_REQUEST } from './pages.js';
import { instrumentRanges, planChunks, standingClaims } from './plan-chunks.js';
import type { ChunkPlan, PlanRequest } from './plan-chunks.js';
import { planRefetch } from './plan-refetch.js';
import { resolveSymbols } from './resolve-symbols.js';
import type { TimeRange } from './time-ranges.js';

/** Plans a request to Databento. Asks for nothing that costs money. */
export async function planApiJob(
  context: PlanContext,
  jobId: string,
  command: ApiRequest,
): Promise<JobPlan> {
  const { client } = context;
  const { dataset, schema } = command;
  if (command.limit !== undefined && command.symbols.length > SYMBOLS_PER_REQUEST) {
    throw new InvalidCommandError(
      [
        `limit: a limited request takes ${SYMBOLS_PER_REQUEST} symbols at most; leave out the limit`,
      ],
      jobId,
    );
  }
  const base = {
    dataset,
    schema,
    notFound: [],
    partial: [],
    price: null,
    hold: null,
    note: null,
  };
  const clamped = clampRange(requestRange(command), schema, await client.getDatasetRange(dataset));
  const request: PlanRequest = {
    dataset,
    schema: SCHEMAS[schema],
    symbols: command.symbols,
    stypeIn: command.stype_in,
    range: clamped.range,
    limit: command.limit,
    span: context.chunkSpans.get(schema),
  };
  const dates = datesOf(request.range);
  const days = await readDays(client, dataset, dates);
  if (!days.some((day) => day.condition !== 'missing')) {
    const message = `${dataset} has no session between ${dates.start} and ${dates.end} (end excluded)`;
    const nothing = { reason: 'no_session', message } as const;
    return saveEmpty(context, jobId, command, days, { ...base, nothing });
  }
  const resolved = await resolveSymbols(client, request, dates);
  const found = { ...base, notFound: resolved.notFound, partial: resolved.partial };
  const instruments = request.symbols.includes(ALL_SYMBOLS)
    ? new Map([[EVERY_INSTRUMENT, [request.range]]])
    : instrumentRanges(intervalClaims(resolved.requested), request.range);
  if (instruments.size === 0) {
    const message = `none of ${request.symbols.join(', ')} (${request.stypeIn}) names an instrument of ${dataset} in this range: check the symbols and stype_in`;
    const nothing = { reason: 'symbol_not_resolved', message } as const;
    return saveEmpty(context, jobId, command, days, { ...found, nothing });
  }
  const { plan, decision } = await lockAndPlan(context, {
    jobId,
    command,
    dataset,
    schema,
    range: request.range,
    instruments,
    symbology: resolved.intervals,
    days,
    plan: (coverage) => {
      const missing = planChunks(request, instruments, standingClaims(coverage));
      if (!command.refetch) return missing;
      const refetch = { what: command.refetch, jobId, days };
      const again = planRefetch(request, instruments, coverage, refetch);
      return {
        chunks: [...missing.chunks, ...again.chunks],
        shared: [...new Set([...missing.shared, ...again.shared])],
        someHeld: missing.someHeld,
      };
    },
    decide: (plan, taken) => decide(context, jobId, command, plan, taken),
  });
  const { price, hold } = decision;
  const nothing = explainNothing(plan, command.refetch);
  return { ...found, price, hold, nothing, note: noteOf(clamped.note, days) };
}

async function decide(
  context: PlanContext,
  jobId: string,
  command: ApiRequest,
  plan: ChunkPlan,
  taken: readonly Purchasable[],
): Promise<Decision> {
  const { storage, client, limits } = context;
  const price = await priceOf(context, [...plan.chunks, ...taken], plan.someHeld);
  const maxJobUsd = command.max_cost_usd ?? limits.maxJobUsd;
  const hold = command.dry_run
    ? { reason: 'dry_run' as const, message: 'planned and quoted only, as asked' }
    : decideSpend(
        price.quote,
        await readApproval(storage, jobId),
        { ...limits, maxJobUsd },
        await readMonthSpend(storage),
      );
  const expected = hold ? [] : await expectedCounts(client, plan.chunks);
  return { price, hold, expected };
}

async function priceOf(
  { client, isArchived }: PlanContext,
  chunks: readonly Purchasable[],
  someHeld: boolean,
): Promise<Price> {
  const missing: Purchasable[] = [];
  for (const chunk of chunks) if (!(await isArchived(chunk))) missing.push(chunk);
  const groups = await quoteChunks(client, missing);
  return {
    quote: groups.length === 0 ? NOTHING : totalQuote(groups.map(({ quote }) => quote)),
    requests: groups.map(({ request, chunks, quote }) => ({
      symbols: [...(request.symbols ?? [])],
      stype_in: chunks[0]!.request.stype_in,
      start: request.start,
      end: request.end,
      chunks: chunks.length,
      quote,
    })),
    archived: chunks.length - missing.length,
    some_held: someHeld,
  };
}

async function saveEmpty(
  context: PlanContext,
  jobId: string,
  command: ApiRequest,
  days: readonly DatasetDay[],
  plan: JobPlan,
): Promise<JobPlan> {
  await lockAndPlan(context, {
    jobId,
    command,
    dataset: plan.dataset,
    schema: plan.schema,
    range: { start: 0n, end: 0n },
    instruments: new Map(),
    symbology: [],
    days,
    plan: () => ({ chunks: [], shared: [], someHeld: false }),
    decide: () => Promise.resolve({ price: null, hold: null, expected: [] }),
  });
  return plan;
}

/** First and last-but-excluded UTC date of a range. */
const datesOf = (range: TimeRange): { start: string; end: string } => ({
  start: utcDate(range.start),
  end: Temporal.PlainDate.from(utcDate(range.end - 1n))
    .add({ days: 1 })
    .toString(),
});

/** What Databento says of the days `[start, end)`; its own end is inclusive. */
function readDays(
  client: HistoricalClient,
  dataset: string,
  { start, end }: { start: string; end: string },
): Promise<DatasetDay[]> {
  const last = Temporal.PlainDate.from(end).subtract({ days: 1 }).toString();
  return client.getDatasetCondition({ dataset, startDate: start, endDate: last });
}

function noteOf(clamped: string | null, days: readonly DatasetDay[]): string | null {
  const degraded = days.filter((day) => day.condition === 'degraded').map((day) => day.date);
  const quality =
    degraded.length > 0 ? `Databento calls the data of ${degraded.join(', ')} degraded` : null;
  return [clamped, quality].filter((note) => note !== null).join('; ') || null;
}
