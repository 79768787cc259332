import { ORDINAL } from '@tapeline/records';
import type { ColumnDescription, SchemaDescription } from '@tapeline/records';
import type { AnswerOptions } from './answer-options.js';
import { Problem } from './problem.js';

/** The columns of an answer: those that were asked for, or all; never `ordinal`, which is the store's own. */
export const answerColumns = (
  schema: SchemaDescription,
  { fields }: Pick<AnswerOptions, 'fields'>,
): readonly ColumnDescription[] =>
  schema.columns.filter(({ name }) => name !== ORDINAL && (!fields || fields.has(name)));

/** Whether an answer tells the symbol of each record. */
export const hasSymbol = ({
  fields,
  mapSymbols,
}: Pick<AnswerOptions, 'fields' | 'mapSymbols'>): boolean =>
  fields ? fields.has('symbol') : mapSymbols;

/** Refuses fields that the answer does not have. @throws Problem */
export function requireFields(
  schema: SchemaDescription,
  { fields }: Pick<AnswerOptions, 'fields'>,
): void {
  if (!fields) return;
  const known = [...answerColumns(schema, { fields: undefined }).map(({ name }) => name), 'symbol'];
  const unknown = [...fields].filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new Problem(
    'impossible-request',
    `${schema.name} has no ${unknown.map((name) => `'${name}'`).join(', ')}`,
    `Its fields are ${known.join(', ')}.`,
    { known_fields: known },
  );
}
