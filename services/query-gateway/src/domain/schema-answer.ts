import { nanosecondsName, ORDINAL, tableColumns } from '@tapeline/records';
import type { ColumnDescription, SchemaDescription } from '@tapeline/records';
import type { HeldSchema } from '@tapeline/storage';
import { z } from 'zod';
import { heldAnswer, heldOfDatasetSchema } from './held-answer.js';

/** A schema as `GET /v1/schemas` describes it. */
export const schemaAnswerSchema = z
  .object({
    schema: z.string(),
    meaning: z.string(),
    index_timestamp: z.string().describe('The time by which ranges, days and symbols go'),
    table: z.string(),
    partition: z.string().describe('How long one partition of the table lasts'),
    record_bytes: z.int().describe('Of a DBN v3 record: what Databento bills'),
    fields: z.array(
      z.object({
        name: z.string(),
        type: z.string(),
        unit: z.string().nullable(),
        nullable: z.boolean(),
        derived: z.boolean().describe('Whether rules added it'),
        sql: z.string().describe('Columns of the table that hold it'),
        meaning: z.string(),
      }),
    ),
    held: z.array(heldOfDatasetSchema),
  })
  .meta({ id: 'Schema' });

const UNITS: Readonly<Partial<Record<string, string>>> = {
  price: '1e-9',
  decimal: '1e-9',
  timestamp: 'nanoseconds since 1970',
  duration: 'nanoseconds',
  date: 'days since 1970',
};

/** A schema as JSON: its fields as its description has them, and what is held of it. */
export const schemaAnswer = (schema: SchemaDescription, held: readonly HeldSchema[]) => ({
  schema: schema.name,
  meaning: schema.meaning,
  index_timestamp: schema.indexColumn,
  table: schema.table,
  partition: schema.partition,
  record_bytes: schema.recordSize[3],
  fields: schema.columns
    .filter(({ name }) => name !== ORDINAL)
    .map((column) => fieldAnswer(schema, column)),
  held: held
    .filter((own) => own.schema === schema.name)
    .map((own) => ({ dataset: own.dataset, ...heldAnswer(own) })),
});

function fieldAnswer(schema: SchemaDescription, column: ColumnDescription) {
  const { name, type, width, nullValue, derived, meaning } = column;
  const stored = tableColumns(schema).find((own) => own.name === name)!;
  const rest = type === 'timestamp' ? `, ${nanosecondsName(name)} smallint` : '';
  return {
    name,
    type: type === 'string' ? `string[${width}]` : (derived ?? type),
    unit: UNITS[derived ?? type] ?? null,
    nullable: !stored.notNull && nullValue !== undefined && type !== 'string',
    derived: derived !== undefined,
    sql: `${name} ${stored.pgType}${rest}`,
    meaning,
  };
}
