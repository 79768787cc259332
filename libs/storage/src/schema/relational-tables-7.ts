/** What version 7 adds: keys of the gateway, of which only digests are kept. Frozen. */
export const RELATIONAL_CHANGES_7 = {
  up: [
    `create table "api_key" ("key_id" text not null, "digest" bytea not null, "name" text not null, "role" text not null, "created_at" timestamptz not null default now(), "expires_at" timestamptz null, "revoked_at" timestamptz null, "requests_per_minute" int null, "concurrent_requests" int null, "rows_per_day" bigint null, "bytes_per_day" bigint null, "max_rows" bigint null, "max_bytes" bigint null, "max_seconds" int null, primary key ("key_id"))`,
  ],
  down: [`drop table "api_key"`],
} as const;
