#!/bin/sh
# The roles of a database of tapeline, none of them a superuser:
#   tapeline_owner   owns the tables; has no password, so nobody logs in as it over the network
#   tapeline_writer  the services; acts as the owner, since only an owner may add columns and partitions
#   tapeline_reader  the gateway, Grafana and people: reads, and no statement of it lasts longer than a minute
#   tapeline_sql     the same, for SQL that people send to the gateway: as a role of its own it can stop nobody else's
# The image runs it once, when it makes the database. Elsewhere a superuser runs it, before the services start
# first; running it again changes passwords, and makes what an older version of it did not.
set -eu
: "${WRITER_PASSWORD:?set WRITER_PASSWORD in .env}"
: "${READER_PASSWORD:?set READER_PASSWORD in .env}"
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" -v database="$POSTGRES_DB" \
  -v writer_password="$WRITER_PASSWORD" -v reader_password="$READER_PASSWORD" <<'SQL'
-- TimescaleDB runs its policies as the owner, for which the owner must be a role that may log in.
SELECT format('CREATE ROLE %I LOGIN', name)
  FROM unnest(ARRAY['tapeline_owner', 'tapeline_writer', 'tapeline_reader', 'tapeline_sql']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec
ALTER ROLE tapeline_writer PASSWORD :'writer_password';
ALTER ROLE tapeline_reader PASSWORD :'reader_password';
ALTER ROLE tapeline_sql PASSWORD :'reader_password';
GRANT tapeline_owner TO tapeline_writer;
ALTER ROLE tapeline_writer SET role = 'tapeline_owner';
ALTER ROLE tapeline_reader SET default_transaction_read_only = on;
ALTER ROLE tapeline_reader SET statement_timeout = '60s';
ALTER ROLE tapeline_sql SET default_transaction_read_only = on;
ALTER ROLE tapeline_sql SET statement_timeout = '60s';
ALTER ROLE tapeline_sql SET temp_file_limit = '4GB';
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT, CREATE, TEMPORARY ON DATABASE :"database" TO tapeline_owner;
GRANT CONNECT ON DATABASE :"database" TO tapeline_writer, tapeline_reader, tapeline_sql;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO tapeline_owner;
GRANT USAGE ON SCHEMA public TO tapeline_reader, tapeline_sql;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO tapeline_reader, tapeline_sql;
ALTER DEFAULT PRIVILEGES FOR ROLE tapeline_owner IN SCHEMA public GRANT SELECT ON TABLES TO tapeline_reader, tapeline_sql;
SQL
