/** What version 3 adds to the relational tables: quotes, approvals, spending. Frozen. */
export const RELATIONAL_CHANGES_3 = {
  up: [
    `alter table "job" add column "quote" jsonb null, add column "approved_usd" numeric(14,6) null`,
    `create table "spend" ("chunk_id" text not null, "part" int not null, "job_id" text not null, "dataset" text not null, "schema" text not null, "at" timestamptz not null, "records" bigint not null, "bytes" bigint not null, "repeated" bigint not null, "is_cut" boolean not null, "usd" numeric(14,6) not null, primary key ("chunk_id", "part"))`,
    `create index "spend_by_job" on "spend" ("job_id")`,
    `create table "dataset_day" ("dataset" text not null, "date" date not null, "condition" text not null, "last_modified" date null, "seen_at" timestamptz not null default now(), primary key ("dataset", "date"))`,
    `create table "batch_submission" ("key" text not null, "mark" jsonb not null, "batch_job_id" text null, "submitted_at" timestamptz not null default now(), primary key ("key"))`,
  ],
  down: [
    `drop table if exists "batch_submission"`,
    `drop table if exists "dataset_day"`,
    `drop table if exists "spend"`,
    `alter table "job" drop column "quote", drop column "approved_usd"`,
  ],
} as const;
