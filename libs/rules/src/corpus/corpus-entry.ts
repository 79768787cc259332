import { SCHEMA_NAMES } from '@tapeline/records';
import type { SchemaName } from '@tapeline/records';
import type { Values } from '../testing/rule-files.js';

/**
 * `stored`, `filtered RULE`, `quarantined RULE`, or `stored, ` and severity and name of the rules that flag it in
 * alphabetical order.
 */
export type Expected = string;

/** A damaged record and what has to become of it. */
export interface CorpusEntry {
  readonly schema: SchemaName;
  /** What differs from a sound record. */
  readonly changes: Values;
  readonly expected: Expected;
  /** What is known of its instrument: nothing, or the definition of a future, of a spread or of a variable tick. */
  readonly instrument: 'unknown' | 'future' | 'spread' | 'variable tick';
  /** Values in which a sound record differs that comes right before it, of the same instrument. */
  readonly before?: Values;
}

type Rest = Partial<Pick<CorpusEntry, 'instrument' | 'before'>>;

/** The same damage of one record in each of some schemas. */
export const each = (
  schemas: readonly SchemaName[],
  changes: Values,
  expected: Expected,
  rest: Rest = {},
): CorpusEntry[] =>
  schemas.map((schema) => ({ schema, changes, expected, instrument: 'unknown', ...rest }));

export const ALL: readonly SchemaName[] = SCHEMA_NAMES;
