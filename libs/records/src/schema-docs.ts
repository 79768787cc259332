import { SCHEMAS } from './schemas.js';
import type { ColumnDescription, SchemaDescription } from './schema-description.js';
import { tableColumns } from './table.js';

const INTRODUCTION = `# Schemas

Generated from libs/records by \`npm run docs\`; a test fails when it is out of date.

Every schema is described once, as data. Its decoder, Arrow schema, table, COPY encoder and gateway fields
come from that description. Canonical records are DBN version 3; versions 1 and 2 are upgraded on decode.

* A **price** is a signed 64-bit integer in units of 1e-9, a **timestamp** an unsigned 64-bit count of
  nanoseconds since 1970. The gateway writes prices as decimals with nine digits and other 64-bit integers as
  decimal text.
* A timestamp column \`X\` is stored as \`X timestamptz\` (microseconds) and \`X_ns smallint\`, the nanoseconds
  below the microsecond: the exact value is both together.
* \`null when\` is the value that means "not set" on the wire; it is NULL in Arrow, SQL and answers.
* Tables also have \`dataset_id\`, which names the dataset in table \`dataset\`. There is no unique key on them:
  two identical trades both count.
`;

/** docs/schemas.md: every schema with its columns on the wire, in Arrow and in SQL. */
export function renderSchemaDocs(): string {
  return [INTRODUCTION, ...Object.values(SCHEMAS).map(renderSchema)].join('\n');
}

function renderSchema(schema: SchemaDescription): string {
  const sqlTypes = new Map(tableColumns(schema).map((column) => [column.name, column.pgType]));
  const rows = schema.columns.map((column) => {
    const cells = [
      `\`${column.name}\``,
      column.type === 'string' ? `string[${column.width}]` : column.type,
      renderOffsets(column),
      `\`${sqlTypes.get(column.name)}\``,
      renderNull(column),
      column.meaning,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const sizes = new Set(Object.values(schema.recordSize));
  return `## ${schema.name}

${capitalised(schema.meaning)}. Table \`${schema.table}\`, one partition a ${schema.partition}, indexed by
\`(instrument_id, ${schema.indexColumn})\`; rtype ${schema.rtype}, ${[...sizes].join(' / ')} bytes a record.

| column | type | offset in v1 / v2 / v3 | SQL | null when | meaning |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}

function renderOffsets({ wire }: ColumnDescription): string {
  const offsets = [wire[1], wire[2], wire[3]].map((field) => (field ? String(field.offset) : '–'));
  return new Set(offsets).size === 1 ? offsets[0]! : offsets.join(' / ');
}

function renderNull(column: ColumnDescription): string {
  if (column.nullValue === undefined || column.type === 'string') return '';
  return column.nullValue === 0n ? 'NUL' : String(column.nullValue);
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
