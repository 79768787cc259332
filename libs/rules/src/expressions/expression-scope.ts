import type { RecordDescription } from '@tapeline/records';
import type { Expression } from './expression.js';

/** What names mean in an expression. */
export interface ExpressionScope {
  readonly schema: RecordDescription;
  /** Further columns, computed from those of the schema. */
  readonly derived?: Readonly<Record<string, Expression>>;
  /** Letters that a char column may be compared with, by its name; overrides what Databento documents. */
  readonly enums?: Readonly<Record<string, readonly string[]>>;
  /** What stands behind `definition.` and the like. */
  readonly lookups?: Readonly<Record<string, Pick<RecordDescription, 'columns'>>>;
  /** Told of every column of a look-up that an expression names. */
  readonly onLookup?: (lookup: string, column: string) => void;
}
