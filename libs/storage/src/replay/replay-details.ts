import type { BatchHeader } from '@tapeline/contracts';
import type { ReplayCounts } from './end-replay.js';

/** What the rules of now say of the records of a part that a replay tries. */
export interface Tried {
  readonly counts: ReplayCounts;
  /** Rows of the batch, and the refused records that they were, if the replay is of such. */
  readonly passed: Uint32Array;
  readonly passedIds: readonly string[];
  readonly filteredIds: readonly string[];
  /** Positions in the chunk of all of them. */
  readonly ordinals: readonly number[];
  readonly refused: readonly {
    /** Of the refused record; empty for whole chunks. */
    readonly id: string;
    readonly ordinal: number;
    readonly rule: string;
    readonly reason: string;
  }[];
}

/** What is kept of a replay for people. */
export interface ReplayDetails {
  readonly by_rule?: Readonly<Record<string, { readonly refused: number }>>;
  readonly chunks?: readonly (ReplayCounts & {
    readonly chunk_id: string;
    readonly selected: number;
  })[];
  /** Records of whole chunks whose outcome is another than before. */
  readonly changes?: { readonly stored_now: number; readonly refused_now: number };
  readonly examples?: readonly {
    readonly id?: string;
    readonly chunk_id: string;
    readonly ordinal: number;
    readonly rule?: string;
    readonly reason: string;
  }[];
}

const MOST_EXAMPLES = 20;

/** Adds a part. @param before positions of the records that were refused until now. */
export function addToDetails(
  details: ReplayDetails,
  { chunk_id }: Pick<BatchHeader, 'chunk_id'>,
  { counts, refused, ordinals }: Tried,
  before: ReadonlySet<number>,
): ReplayDetails {
  const byRule: Record<string, { refused: number }> = { ...details.by_rule };
  for (const { rule } of refused) byRule[rule] = { refused: (byRule[rule]?.refused ?? 0) + 1 };
  const { stored, quarantined, filtered } = counts;
  const selected = stored + quarantined + filtered;
  const chunks = [...(details.chunks ?? [])];
  const at = chunks.findIndex((chunk) => chunk.chunk_id === chunk_id);
  const known = chunks[at];
  const sum = {
    chunk_id,
    selected: (known?.selected ?? 0) + selected,
    stored: (known?.stored ?? 0) + stored,
    quarantined: (known?.quarantined ?? 0) + quarantined,
    filtered: (known?.filtered ?? 0) + filtered,
  };
  if (known) chunks[at] = sum;
  else chunks.push(sum);
  const newlyStored = stored > 0 ? ordinals.filter((ordinal) => before.has(ordinal)) : [];
  const newlyRefused = refused.filter(({ ordinal }) => !before.has(ordinal));
  return {
    by_rule: byRule,
    chunks,
    changes: {
      stored_now: (details.changes?.stored_now ?? 0) + newlyStored.length,
      refused_now: (details.changes?.refused_now ?? 0) + newlyRefused.length,
    },
    examples: [
      ...(details.examples ?? []),
      ...refused.map(({ id, ordinal, rule, reason }) => ({
        ...(id !== '' && { id }),
        chunk_id,
        ordinal,
        rule,
        reason,
      })),
      ...newlyStored.map((ordinal) => ({ chunk_id, ordinal, reason: 'passes now' })),
    ].slice(0, MOST_EXAMPLES),
  };
}
