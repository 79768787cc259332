/** What rule files compile to. */
import type { RuleOutcome } from '@tapeline/contracts';
import type { ColumnarBatch, SchemaDescription, SchemaName } from '@tapeline/records';
import type { Calendars } from '../calendar/compile-calendars.js';
import type { ChunkCheck } from '../chunk-checks.js';
import type { Surroundings } from '../expressions/index.js';
import type { RuleFile } from '../parse-yaml.js';
import type { AskedColumns } from './rule-scope.js';
import type { Severity } from './validation-shape.js';

/** Folders of a configuration that a rule set is compiled from. */
export const RULE_FOLDERS = ['rules', 'validation', 'calendars'] as const;

/** Their files; there need be no calendars. */
export interface RuleFiles {
  readonly rules: readonly RuleFile[];
  readonly validation: readonly RuleFile[];
  readonly calendars?: readonly RuleFile[];
}

export interface RuleSet {
  /** Digest of what the transform goes by. */
  readonly transformVersion: string;
  /** Digest of what the validation goes by. */
  readonly validationVersion: string;
  /** `<transformVersion>.<validationVersion>`, as it is kept with every batch. */
  readonly version: string;
  readonly schemas: ReadonlyMap<SchemaName, SchemaRules>;
  /** Of the datasets that have one. */
  readonly calendars: Calendars;
}

/** The rules of one schema. Both functions see one batch and nothing of those before it. */
export interface SchemaRules {
  /** With the columns that rules add. */
  readonly schema: SchemaDescription;
  /** Those that may leave out, refuse or flag records, in the order in which they are applied. */
  readonly rules: readonly RuleInfo[];
  readonly chunkChecks: readonly ChunkCheck[];
  /** Most of a chunk's records that may be refused, 0 to 1; null where there is no limit. */
  readonly maxRefused: number | null;
  /** Columns of look-ups that the rules name: what has to be at hand for either function. */
  readonly asks: { readonly transform: AskedColumns; readonly validate: AskedColumns };
  /** Decoded records to rows; the batch given is left as it is. */
  readonly transform: (batch: ColumnarBatch, surroundings?: Surroundings) => TransformResult;
  /** Rows to those that are stored and those that are refused. */
  readonly validate: (batch: ColumnarBatch, surroundings?: Surroundings) => ValidationResult;
}

export interface TransformResult {
  readonly batch: ColumnarBatch;
  /** Of the filters that left records out. */
  readonly outcomes: readonly RuleOutcome[];
}

export interface ValidationResult {
  readonly accepted: ColumnarBatch;
  readonly refused: ColumnarBatch;
  /** Rule and reason of each refused record. */
  readonly rules: readonly string[];
  readonly reasons: readonly string[];
  /** Of the rules that refused or flagged records. A record that is refused is flagged by no other rule. */
  readonly outcomes: readonly RuleOutcome[];
}

/** A rule for people. */
export interface RuleInfo {
  readonly name: string;
  readonly stage: 'filter' | 'structure' | 'business' | 'batch' | 'chunk';
  readonly severity: 'filtered' | Severity;
  readonly expression: string;
  /** Its description, else the text of its reason. */
  readonly description: string;
  readonly file: string;
  readonly line: number;
}
