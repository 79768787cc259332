import type {
  ApiRequest,
  IngestCommand,
  JobEvent,
  JobEventOf,
  Quote,
  Reason,
} from '@tapeline/contracts';
import type { HistoricalClient } from '@tapeline/databento';
import type { PartitionSpan } from '@tapeline/records';
import { withPlanLock } from '@tapeline/storage';
import type {
  CoverageClaim,
  DatasetDay,
  JobQuote,
  Storage,
  SymbologyInterval,
} from '@tapeline/storage';
import { awaitClaims } from './await-claims.js';
import type { Hold, SpendLimits } from './costs/decide-spend.js';
import type { ChunkPlan, InstrumentRanges, PlannedChunk } from './plan-chunks.js';
import { renewExpired } from './renew-expired.js';
import { tellResolved } from './tell-plan.js';
import type { TimeRange } from './time-ranges.js';

/** What has come of planning, for the job's events. */
export interface JobPlan {
  readonly dataset: string;
  readonly schema: string;
  readonly notFound: readonly string[];
  readonly partial: readonly string[];
  /** What it costs; null for a file. */
  readonly price: Price | null;
  /** Set if the plan was not saved: the job waits for a person, or was only to be planned. */
  readonly hold: Hold | null;
  /** Set if nothing has to be fetched and nothing is waited for. */
  readonly nothing: { readonly reason: Reason; readonly message: string } | null;
  /** What a person should know though it went well. */
  readonly note: string | null;
}

export type Price = Pick<JobEventOf<'quoted'>, 'requests' | 'archived' | 'some_held'> & {
  readonly quote: Quote;
};

export interface PlanContext {
  readonly storage: Storage;
  readonly client: HistoricalClient;
  readonly limits: SpendLimits;
  /** How long chunks of a schema last, where that is configured. */
  readonly chunkSpans: ReadonlyMap<string, PartitionSpan>;
  /** Whether the archive has a chunk's bytes. */
  readonly isArchived: (chunk: Purchasable) => Promise<boolean>;
  /** Appends an event and resolves when it is stored. */
  readonly tell: (event: JobEvent) => Promise<void>;
}

export interface PlanInput {
  readonly jobId: string;
  readonly command: IngestCommand;
  readonly dataset: string;
  readonly schema: string;
  readonly range: TimeRange;
  readonly instruments: InstrumentRanges;
  readonly symbology: readonly SymbologyInterval[];
  readonly days: readonly DatasetDay[];
  readonly plan: (coverage: readonly CoverageClaim[]) => ChunkPlan;
  /**
   * Prices the plan and says whether it may be carried out.
   * @param taken chunks of other jobs that failed, which this one takes into its care.
   */
  readonly decide: (plan: ChunkPlan, taken: readonly Purchasable[]) => Promise<Decision>;
}

/** A chunk as far as its price depends on it. */
export type Purchasable = Pick<PlannedChunk, 'chunkId' | 'request'>;

export interface Decision {
  readonly price: Price | null;
  readonly hold: Hold | null;
  /** Records of each chunk where the source was asked. */
  readonly expected: readonly (number | null)[];
}

/**
 * Reads the coverage, plans, prices, and saves what may be carried out, with no other planner of the dataset
 * and schema at work.
 */
export function lockAndPlan(
  { storage, tell, isArchived }: Pick<PlanContext, 'storage' | 'tell' | 'isArchived'>,
  input: PlanInput,
): Promise<{ readonly plan: ChunkPlan; readonly decision: Decision }> {
  const { jobId, command, dataset, schema, range } = input;
  return withPlanLock(storage, dataset, schema, async (transaction) => {
    const ids = [...input.instruments.keys()];
    const coverage = await transaction.readCoverage(dataset, schema, ids, range);
    awaitClaims(coverage);
    const plan = await renewExpired(transaction, isArchived, input.plan(coverage));
    const decision = await input.decide(plan, await transaction.readFailed(plan.shared));
    await tellResolved(tell, jobId, dataset, input.symbology, input.days);
    await transaction.saveSymbology(dataset, input.symbology);
    await transaction.saveDays(dataset, input.days);
    if (!decision.hold) {
      const chunks = plan.chunks.map((chunk, index) => ({
        ...chunk,
        expected: decision.expected[index] ?? null,
      }));
      const { price } = decision;
      const quote = price && flatQuote(price);
      await transaction.savePlan({ jobId, command, dataset, schema, quote }, chunks, plan.shared);
    }
    return { plan, decision };
  });
}

const flatQuote = ({ quote, ...requests }: Price): JobQuote => ({ ...quote, ...requests });

/** Why a plan without chunks is empty, or null if it is not. */
export function explainNothing(
  { chunks, shared, someHeld }: ChunkPlan,
  refetch?: ApiRequest['refetch'],
): JobPlan['nothing'] {
  if (chunks.length > 0 || shared.length > 0) return null;
  const held = refetch
    ? 'all of it is held, and Databento has not changed it since it was bought'
    : 'all of it is held already';
  return someHeld
    ? { reason: 'already_held', message: `${held}; nothing was requested` }
    : { reason: 'no_records', message: 'the symbols name no instrument on these days' };
}
