import type { ConfigWatch } from '@tapeline/config';
import type { SchemaName } from '@tapeline/records';
import type { ChunkCheck, RuleSet } from '@tapeline/rules';
import type { OpenIntervals } from '@tapeline/storage';

/** What the writer goes by of the rules: their limits, checks of whole chunks, and calendars. The others are applied elsewhere. */
export class WriterRules {
  constructor(private readonly rules: ConfigWatch<RuleSet>) {}

  /** Digest of the rules of now. */
  get version(): string {
    return this.rules.current.version;
  }

  /** When a dataset's market is open between two times, ns; undefined without a calendar of it. */
  readonly openIntervals: OpenIntervals = (dataset, fromNs, toNs) =>
    this.rules.current.calendars.get(dataset)?.openIntervals(fromNs, toNs);

  /** What is looked at once a chunk of the schema is complete. */
  checksOf(schema: SchemaName): readonly ChunkCheck[] {
    return this.rules.current.schemas.get(schema)?.chunkChecks ?? [];
  }

  /** Most of a chunk's records that may be refused, 0 to 1; null where there is no limit. */
  maxRefusedOf(schema: SchemaName): number | null {
    return this.rules.current.schemas.get(schema)?.maxRefused ?? null;
  }
}
