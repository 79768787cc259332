import type { DbnVersion } from '@tapeline/records';
import type { DbnMetadata } from './metadata.js';

/** What has to be known of records that come without metadata. */
export interface Fragment {
  readonly version: DbnVersion;
  /** Number of their schema; it tells tbbo from mbp-1, which share an rtype. */
  readonly schema?: number | null;
  /** Whether every record carries its send time at its end. */
  readonly tsOut?: boolean;
}

/** Metadata that say no more than what is known of a fragment. */
export const fragmentMetadata = ({
  version,
  schema = null,
  tsOut = false,
}: Fragment): DbnMetadata => ({
  version,
  dataset: '',
  schema,
  start: 0n,
  end: null,
  limit: null,
  stypeIn: null,
  stypeOut: null,
  tsOut,
  symbols: [],
  partial: [],
  notFound: [],
  mappings: [],
});
