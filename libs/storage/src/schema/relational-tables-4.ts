/** What version 4 adds: records that wait to replace others, and an index for coverage. Frozen. */
export const RELATIONAL_CHANGES_4 = {
  up: [
    `create schema "staging"`,
    `alter table "chunk" add column "replaced" bigint null`,
    `create index "quarantine_by_schema" on "quarantine" ("dataset", "schema", "instrument_id")`,
  ],
  down: [
    `drop index "quarantine_by_schema"`,
    `alter table "chunk" drop column "replaced"`,
    `drop schema "staging" cascade`,
  ],
} as const;
