/** What version 5 adds: outcomes of rules, findings about chunks, and replays. Frozen. */
export const RELATIONAL_CHANGES_5 = {
  up: [
    `alter table "chunk" add column "given_up" boolean not null default false, add column "refusals_accepted" boolean not null default false`,
    `alter table "quarantine" add column "severity" text not null default 'error', add column "replay_id" text null, add column "resolved_at" timestamptz null`,
    `create index "quarantine_by_batch" on "quarantine" ("chunk_id", "batch_id")`,
    `create index "quarantine_by_time" on "quarantine" ("state", "quarantined_at")`,
    `create table "rule_outcome" ("batch_id" text not null, "stage" text not null, "rule" text not null, "severity" text not null, "chunk_id" text not null, "job_id" text not null, "dataset" text not null, "schema" text not null, "records" int not null, "ordinals" int8multirange not null, "examples" jsonb not null, "rules_version" text not null, "found_at" timestamptz not null default now(), primary key ("batch_id", "stage", "rule"))`,
    `create index "rule_outcome_by_chunk" on "rule_outcome" ("chunk_id")`,
    `create table "finding" ("chunk_id" text not null, "check" text not null, "instrument_id" bigint not null, "start_ns" bigint not null, "end_ns" bigint not null, "severity" text not null, "message" text not null, "details" jsonb not null, "rules_version" text not null, "found_at" timestamptz not null default now(), primary key ("chunk_id", "check", "instrument_id", "start_ns"))`,
    `create table "replay" ("replay_id" text not null, "command" jsonb not null, "state" text not null, "message" text null, "selected" bigint not null default '0', "stored" bigint not null default '0', "quarantined" bigint not null default '0', "filtered" bigint not null default '0', "details" jsonb not null default '{}', "accepted_at" timestamptz not null default now(), "ended_at" timestamptz null, primary key ("replay_id"))`,
  ],
  down: [
    `drop table "replay"`,
    `drop table "finding"`,
    `drop table "rule_outcome"`,
    `drop index "quarantine_by_time"`,
    `drop index "quarantine_by_batch"`,
    `alter table "quarantine" drop column "severity", drop column "replay_id", drop column "resolved_at"`,
    `alter table "chunk" drop column "given_up", drop column "refusals_accepted"`,
  ],
} as const;
