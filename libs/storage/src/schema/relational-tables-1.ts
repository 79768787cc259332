/** The relational tables as version 1 created them. Frozen: a change needs a migration of its own. */
export const RELATIONAL_TABLES_1: readonly string[] = [
  `create table "chunk" ("chunk_id" text not null, "dataset" text not null, "schema" text not null, "request" jsonb not null, "start_ns" bigint not null, "end_ns" bigint not null, "state" text not null, "expected" bigint null, "fetched" bigint null, "skipped" bigint not null default '0', "batches" int null, "bytes" bigint null, "planned_at" timestamptz null, "fetched_at" timestamptz null, "completed_at" timestamptz null, primary key ("chunk_id"))`,
  `create table "coverage" ("dataset" text not null, "schema" text not null, "instrument_id" bigint not null, "start_ns" bigint not null, "chunk_id" text not null, "end_ns" bigint not null, "end_ties" bigint not null default '0', primary key ("dataset", "schema", "instrument_id", "start_ns", "chunk_id"))`,
  `create index "coverage_by_chunk" on "coverage" ("chunk_id")`,
  `create table "dataset" ("id" smallserial primary key, "code" text not null)`,
  `alter table "dataset" add constraint "dataset_code_unique" unique ("code")`,
  `create table "job" ("job_id" text not null, "command" jsonb null, "dataset" text null, "schema" text null, "state" text not null, "reason" text null, "message" text null, "not_found" jsonb null, "partial" jsonb null, "accepted_at" timestamptz null, "planned_at" timestamptz null, "ended_at" timestamptz null, primary key ("job_id"))`,
  `create table "job_chunk" ("job_id" text not null, "chunk_id" text not null, "shared" boolean not null, primary key ("job_id", "chunk_id"))`,
  `create index "job_chunk_by_chunk" on "job_chunk" ("chunk_id")`,
  `create table "ledger" ("batch_id" text not null, "part" text not null, "chunk_id" text not null, "job_id" text not null, "dataset" text not null, "schema" text not null, "fetched" int not null, "stored" int not null, "quarantined" int not null, "filtered" int not null, "sha256" text not null, "rules_version" text not null, "first_ns" numeric(20,0) null, "last_ns" numeric(20,0) null, "trace_id" text null, "written_at" timestamptz not null default now(), primary key ("batch_id", "part"))`,
  `create index "ledger_by_chunk" on "ledger" ("chunk_id")`,
  `create table "quarantine" ("id" bigserial primary key, "dataset" text not null, "schema" text not null, "chunk_id" text not null, "batch_id" text not null, "job_id" text not null, "ordinal" bigint not null, "instrument_id" bigint not null, "ts_ns" numeric(20,0) null, "rule" text not null, "reason" text not null, "record" jsonb not null, "rules_version" text not null, "state" text not null default 'open', "quarantined_at" timestamptz not null default now())`,
  `alter table "quarantine" add constraint "quarantine_record" unique ("chunk_id", "ordinal")`,
  `create table "symbology" ("dataset" text not null, "stype_in" text not null, "symbol" text not null, "instrument_id" bigint not null, "d0" date not null, "d1" date not null, primary key ("dataset", "stype_in", "symbol", "instrument_id", "d0"))`,
  `create index "symbology_by_instrument" on "symbology" ("dataset", "instrument_id")`,
];
